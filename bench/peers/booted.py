"""A guest with a system in it (eng/guest/build), and the program in it that feels a freeze: it writes and syncs both file systems without rest."""
import base64
import json
import os
import shutil
import subprocess
import time

import libvirt
import libvirt_qemu

from inside import ROOT

NAME = "stall"

# What a database does: write, sync, and wait until it is there. Its longest wait since it was last told to forget (USR1) is in a tmpfs.
PROBE = """
use IO::Handle; use Time::HiRes qw(time sleep); my $worst = 0; $SIG{USR1} = sub { $worst = 0; unlink "/run/stall" };
my @files = map { open(my $f, ">", $_) or die; $f } "/srv/stall", "/data/stall";
while (1) {
    for my $f (@files) {
        my $begun = time; sysseek($f, 0, 0); syswrite($f, sprintf("%-4096s", $begun)); $f->sync; my $took = time - $begun;
        next if $took <= $worst;
        $worst = $took; open(my $out, ">", "/run/stall.new"); printf $out "%.1f", $worst * 1000; close $out; rename "/run/stall.new", "/run/stall";
    }
    sleep 0.005;
}
"""


class BootedGuest:
    def __init__(self, work):
        self.folder = os.path.join(work, "vm")
        self.connection = libvirt.open("qemu:///system")
        libvirt.registerErrorHandler(lambda *_: None, None)
        self.remove()
        image = _output(os.path.join(ROOT, "eng", "guest", "build"))
        self.accelerator = _output(os.path.join(ROOT, "eng", "demo", "accel"), os.path.join(image, "vmlinuz"))
        os.makedirs(self.folder)
        subprocess.run(["cp", "--sparse=always", os.path.join(image, "system.qcow2"), self.folder], check=True)
        # Both disks can carry bitmaps, so that both tools read what changed of both and nothing else.
        subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", os.path.join(image, "data.raw"), os.path.join(self.folder, "data.qcow2")], check=True)
        with open(os.path.join(ROOT, "eng", "demo", "domain.xml"), encoding="utf-8") as file:
            xml = file.read()
        kvm = self.accelerator == "kvm"
        for word, value in (("@TYPE@", "kvm" if kvm else "qemu"), ("@CPU@", "host-passthrough" if kvm else "maximum"), ("@NAME@", NAME), ("@MEMORY@", "768"),
                            ("@IMAGE@", image), ("@DISKS@/data.raw", os.path.join(self.folder, "data.qcow2")), ("type='raw'", "type='qcow2'"), ("@DISKS@", self.folder)):
            xml = xml.replace(word, value)
        self.domain = self.connection.defineXML(xml)
        self.domain.create()
        self._until("its agent answers", lambda: self._agent("guest-ping") is not None, 180)
        self._until("its writer writes", lambda: self.run("stillpoint-writer status").startswith("writing "), 60)
        text = base64.b64encode(PROBE.encode()).decode()
        self.run(f"echo {text} | base64 -d > /run/stall.pl; setsid perl /run/stall.pl < /dev/null > /dev/null 2>&1 & echo $! > /run/stall.pid")

    def forget(self):
        """The longest wait is counted from here on."""
        self.run("rm -f /run/stall; kill -USR1 $(cat /run/stall.pid)")
        self._until("the probe has begun", lambda: self.run("[ ! -e /run/stall ] || echo yes") != "", 30)

    def longest_ms(self):
        time.sleep(1)               # a wait that is going on ends, and is in it
        return float(self.run("cat /run/stall"))

    def run(self, command):
        started = self._agent("guest-exec", {"path": "/bin/sh", "arg": ["-c", command], "capture-output": True})
        if started is None:
            raise RuntimeError("the guest's agent does not answer")
        while True:
            ended = self._agent("guest-exec-status", {"pid": started["pid"]})
            if ended is not None and ended["exited"]:
                if ended.get("exitcode") != 0:
                    raise RuntimeError(f"in the guest: {command} ended with {ended.get('exitcode')}")
                return base64.b64decode(ended.get("out-data", "")).decode().strip()
            time.sleep(0.1)

    def remove(self):
        for domain in self.connection.listAllDomains():
            if domain.name() == NAME:
                if domain.isActive():
                    domain.destroy()
                domain.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _agent(self, command, arguments=None):
        text = json.dumps({"execute": command, **({"arguments": arguments} if arguments else {})})
        try:
            return json.loads(libvirt_qemu.qemuAgentCommand(self.domain, text, 20, 0))["return"]
        except libvirt.libvirtError:
            return None

    @staticmethod
    def _until(what, holds, seconds):
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError(f"waited {seconds} s until {what}")
            time.sleep(0.3)


def _output(*argv):
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
