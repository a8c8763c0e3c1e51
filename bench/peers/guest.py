"""The VM that is backed up: one qcow2 disk under a real QEMU, running, but with nothing to boot: its BIOS halts, so that nothing but the tools works.

The second generation is written through QEMU itself (its monitor's qemu-io), so the dirty bitmaps see it as they see a guest's writes.
"""
import contextlib
import os
import shutil
import subprocess

import libvirt
import libvirt_qemu

NAME = "bench"
DEVICE = "/machine/peripheral/virtio-disk0/virtio-backend"

DOMAIN = """<domain type='qemu'><name>{name}</name><memory unit='MiB'>512</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features>
<devices><disk type='file' device='disk'><driver name='qemu' type='qcow2' discard='unmap'/><source file='{disk}'/><target dev='vda' bus='virtio'/></disk>
<controller type='usb' model='none'/><memballoon model='none'/></devices></domain>"""

EXPORT = """<domainbackup mode='pull'><server transport='unix' socket='{socket}'/>
<disks><disk name='vda' backup='yes' type='file'><scratch file='{scratch}'/></disk></disks></domainbackup>"""


class Guest:
    def __init__(self, work):
        self.work = work
        self.disk = os.path.join(work, "vm", "disk.qcow2")
        self.connection = libvirt.open("qemu:///system")
        libvirt.registerErrorHandler(lambda *_: None, None)
        self.domain = None

    def fresh(self):
        """Generation one, started anew, without checkpoints; its image is in the page cache."""
        self.remove()
        os.makedirs(os.path.dirname(self.disk), exist_ok=True)
        subprocess.run(["cp", "--sparse=always", os.path.join(self.work, "gen1.qcow2"), self.disk], check=True)
        os.sync()
        subprocess.run(["cat", self.disk], stdout=subprocess.DEVNULL, check=True)
        self.domain = self.connection.defineXML(DOMAIN.format(name=NAME, disk=self.disk))
        self.domain.create()

    def change(self):
        """Generation two."""
        with open(os.path.join(self.work, "changes.tsv"), encoding="ascii") as listing:
            for line in listing:
                offset, length, name = line.split()
                file = os.path.join(self.work, "changes", name)
                command = f'qemu-io -d {DEVICE} "write -q -s {file} {offset} {length}"'
                libvirt_qemu.qemuMonitorCommand(self.domain, command, libvirt_qemu.VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP)

    @contextlib.contextmanager
    def export(self):
        """The live disk at one instant as an NBD export, for tools that know nothing of libvirt."""
        socket = os.path.join(self.work, "vm", "export.sock")
        scratch = os.path.join(self.work, "vm", "scratch.qcow2")
        if os.path.exists(scratch):
            os.unlink(scratch)
        self.domain.backupBegin(EXPORT.format(socket=socket, scratch=scratch), None, 0)
        try:
            yield f"nbd+unix:///vda?socket={socket}"
        finally:
            self.domain.abortJob()

    def remove(self):
        for domain in self.connection.listAllDomains():
            if domain.name() == NAME:
                if domain.isActive():
                    domain.destroy()
                domain.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA | libvirt.VIR_DOMAIN_UNDEFINE_NVRAM)
        shutil.rmtree(os.path.dirname(self.disk), ignore_errors=True)
