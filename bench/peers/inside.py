"""A benchmark's own libvirtd (eng/demo/private-libvirtd), and the benchmark run again inside its mount namespace: there it is qemu:///system to all tools."""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIBVIRTD = os.path.join(ROOT, "eng", "demo", "private-libvirtd")
MARK = "STILLPOINT_BENCH_INSIDE"


def is_inside():
    return os.environ.get(MARK) == "1"


def enter(script, arguments, folder):
    """The script again, where /run/libvirt and /var/lib/libvirt are the private libvirtd's; its exit code."""
    subprocess.run([LIBVIRTD, "start", folder], check=True, stdout=subprocess.DEVNULL)
    try:
        pid = open(os.path.join(folder, "pid"), encoding="ascii").read().strip()
        here = [sys.executable, os.path.abspath(script), *arguments]
        with subprocess.Popen(["nsenter", "--target", pid, "--mount", "--", *here], env={**os.environ, MARK: "1"}) as inside:
            try:
                return inside.wait()
            finally:
                inside.terminate()          # it removes its VM and ends its tools, then we stop libvirtd
    finally:
        subprocess.run([LIBVIRTD, "stop", folder], check=False)


def version(*argv):
    text = subprocess.run(argv, capture_output=True, text=True, check=False)
    return (text.stdout or text.stderr).strip().splitlines()[0].split(" compiled")[0].strip("* ")


def machine():
    cpu = next(line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="ascii") if line.startswith("model name"))
    memory = int(open("/proc/meminfo", encoding="ascii").readline().split()[1]) / (1 << 20)
    return f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB, Linux {os.uname().release.split('-')[0]}"
