"""The figures as one markdown page: medians of a run, ratios against peers of the same run, the machine."""
import statistics

PAGE = """# Performance

One run of `{command}`; it overwrites this page. All figures are medians of {runs} rounds, measured on this machine one after the other,
nothing else is copied in from elsewhere.

Machine: {machine}; one-minute load average when the run began: {load}. Tools: {versions}.

Data: {data}. The second generation is written through QEMU while the VM is up, {writes} writes, {changed:.0f} MB.
The source image and what a tool stored just before are in the page cache, for all alike; `sync` runs before each measurement. Each restore is compared with the
reference byte for byte (`qemu-img compare`) in the same round; one that differs says FAILED.

{table}

s: wall clock until the tool ends; durable s: until what it wrote is on the disk as well (an fsync of its files follows; stillpoint, restic and borg
sync their stores themselves, stillpoint its restored disks too, the others do not); CPU s: user and system time of the tool with its children; peak MB: highest sum of private memory (Private_Clean + Private_Dirty of all its
processes, looked at 5 times a second). QEMU's own work is in no CPU figure. restic and borg read the live disk by `nbdcopy URI - | tool` from the same
kind of libvirt backup job; through a pipe both read all 8 GiB each time, as they must without dirty bitmaps. virtnbdbackup compresses with LZ4 and cannot encrypt; restic, borg
and stillpoint encrypt and authenticate.

## Ratios within this run

{ratios}
"""

GOALS = (
    ("full, time, to zstd -T2 -1", "full", "wall", "zstd", 1.4),
    ("full, time, to restic", "full", "wall", "restic", 0.55),
    ("incremental, time, to virtnbdbackup", "increment", "wall", "virtnbdbackup", 0.8),
    ("restore, time, to restic", "restore", "wall", "restic", 0.6),
    ("restore until durable, to restic", "restore", "durable", "restic", 0.6),
)


def medians(results):
    """results[tool][operation] = list of dicts or of 'FAILED: ...' -> the median of each field, or the first failure."""
    table = {}
    for tool, operations in results.items():
        for operation, rounds in operations.items():
            failed = [r for r in rounds if isinstance(r, str)]
            table[tool, operation] = failed[0] if failed else {
                key: statistics.median(r[key] for r in rounds) for key in rounds[0]}
    return table


def page(results, facts):
    table = medians(results)
    return PAGE.format(table=_table(results, table), ratios=_ratios(table), **facts)


def _table(results, table):
    lines = ["| tool | operation | s | durable s | CPU s | stored MB | peak MB | |", "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |"]
    for tool, operations in results.items():
        for operation in operations:
            row = table[tool, operation]
            if isinstance(row, str):
                lines.append(f"| {tool} | {operation} | | | | | | {row} |")
                continue
            stored = f"{row['stored'] / 1e6:,.0f}" if "stored" in row else ""
            note = "equal byte for byte" if operation == "restore" else ""
            lines.append(f"| {tool} | {operation} | {row['wall']:.1f} | {row['durable']:.1f} | {row['cpu']:.1f} | {stored} | {row['memory'] / 1e6:,.0f} | {note} |")
    return "\n".join(lines)


def _ratios(table):
    lines = ["| stillpoint | ratio or value | wanted | |", "| --- | ---: | ---: | --- |"]

    def add(name, value, wanted, text):
        lines.append(f"| {name} | {text.format(value)} | <= {text.format(wanted)} | {'reached' if value <= wanted else 'not reached'} |")

    for name, operation, key, peer, wanted in GOALS:
        ours, theirs = table.get(("stillpoint", operation)), table.get((peer, operation))
        if isinstance(ours, dict) and isinstance(theirs, dict):
            add(name, ours[key] / theirs[key], wanted, "{:.2f}")
    increment = table.get(("stillpoint", "increment"))
    if isinstance(increment, dict):
        add("incremental, stored MB", increment["stored"] / 1e6, 130, "{:.0f}")
    ours = [row for (tool, _), row in table.items() if tool == "stillpoint" and isinstance(row, dict)]
    if ours:
        add("private memory, highest of all operations, MB", max(row["memory"] for row in ours) / 1e6, 300, "{:.0f}")
    return "\n".join(lines)
