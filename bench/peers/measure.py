"""Runs one command and measures it with all the processes it starts.

Wall clock; CPU = user + system time of the command and of all children it waited for (wait4); private memory = the highest sum, over all its
descendants at one moment, of Private_Clean + Private_Dirty in /proc/PID/smaps_rollup, looked at five times a second. QEMU is not a descendant:
what it spends on serving the reads is in nobody's figures.
"""
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass


@dataclass
class Measured:
    wall: float
    cpu: float
    memory: int
    settled: float = 0


class Failed(Exception):
    pass


def run(command, log, env=None, cwd=None, limit=900):
    """A list is run as it is, a string by bash with pipefail. Output goes to the end of the log."""
    argv = ["bash", "-o", "pipefail", "-c", command] if isinstance(command, str) else command
    os.sync()                                           # nobody pays for what others left unwritten
    with open(log, "ab") as out:
        out.write(f"\n$ {command if isinstance(command, str) else ' '.join(argv)}\n".encode())
        out.flush()
        begin = time.monotonic()
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=cwd, start_new_session=True,
                                 env={**os.environ, **(env or {})})
        peak = [0]
        done = threading.Event()
        watcher = threading.Thread(target=_watch, args=(child.pid, done, peak, begin + limit))
        watcher.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
            wall = time.monotonic() - begin
            child.returncode = os.waitstatus_to_exitcode(status)
        finally:
            if child.returncode is None:
                os.killpg(child.pid, signal.SIGTERM)
            done.set()
            watcher.join()
    if child.returncode != 0:
        raise Failed(f"exit code {child.returncode}; see {log}")
    return Measured(wall, usage.ru_utime + usage.ru_stime, peak[0])


def settle(folder):
    """Seconds until everything below a folder is on the disk. Next to nothing where the tool has seen to that itself."""
    begin = time.monotonic()
    for at, _, files in os.walk(folder):
        for name in files:
            handle = os.open(os.path.join(at, name), os.O_RDONLY | os.O_NOFOLLOW)
            os.fsync(handle)
            os.close(handle)
    return time.monotonic() - begin


def _watch(root, done, peak, end):
    known = {root}
    while not done.wait(0.2):
        if time.monotonic() > end:
            os.killpg(root, signal.SIGKILL)
        parents = {}
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as file:
                        parents[int(name)] = int(file.read().rsplit(")", 1)[1].split()[1])
                except OSError:
                    pass
        grown = True
        while grown:
            more = {pid for pid, parent in parents.items() if parent in known and pid not in known}
            known |= more
            grown = bool(more)
        known &= set(parents) | {root}
        peak[0] = max(peak[0], sum(_private(pid) for pid in known))


def _private(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            return sum(int(line.split()[1]) for line in file if line.startswith("Private_")) * 1024
    except OSError:
        return 0
