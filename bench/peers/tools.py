"""The tools, each as a sensible administrator would call it on this machine. A tool keeps all it writes below its own folder."""
import os
import shutil
import subprocess

import measure

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Tool:
    def __init__(self, work, guest):
        self.guest = guest
        self.folder = os.path.join(work, "tools", self.name)
        self.store = os.path.join(self.folder, "store")
        self.target = os.path.join(self.folder, "restored")
        self.log = os.path.join(work, "logs", self.name + ".log")
        os.makedirs(os.path.dirname(self.log), exist_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.store)
        os.makedirs(self.target)
        self.prepare()

    def prepare(self):
        pass

    def quiet(self, *argv):
        with open(self.log, "ab") as log:
            subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True, env={**os.environ, **self.env()}, timeout=120)

    def env(self):
        return {}

    def run(self, command, cwd=None):
        return measure.run(command, self.log, self.env(), cwd)

    def stored(self):
        """Bytes of all files of the store."""
        return sum(os.lstat(os.path.join(folder, file)).st_size for folder, _, files in os.walk(self.store) for file in files)

    def clean(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Stillpoint(Tool):
    name = "stillpoint"

    def prepare(self):
        self.program = os.path.join(ROOT, "stillpoint")
        self.secret = os.path.join(self.folder, "passphrase")
        with open(self.secret, "w", encoding="ascii") as file:
            file.write("bench\n")
        os.chmod(self.secret, 0o600)
        self.quiet(self.program, "vault", "init", self.store, "--recovery-key-file", os.path.join(self.folder, "recovery"), *self.common())

    def common(self):
        return ["--data", os.path.join(self.folder, "data"), "--passphrase-file", self.secret, "--json", "--yes"]

    def backup(self):
        return self.run([self.program, "backup", self.guest, "--vault", self.store, "--host", "qemu:///system", *self.common()])

    full = increment = backup

    def restore(self):
        disk = os.path.join(self.target, "disk.raw")
        return self.run([self.program, "restore", "latest", "--vm", self.guest, "--disk", f"vda={disk}:raw", "--vault", self.store, *self.common()]), disk


class Virtnbdbackup(Tool):
    """LZ4 compression, no encryption: its own answer to speed. It cannot encrypt."""
    name = "virtnbdbackup"

    def backup(self, level):
        return self.run(["virtnbdbackup", "-d", self.guest, "-l", level, "-z", "-n", "-o", self.store, "-S", self.folder,
                         "-f", os.path.join(self.folder, "sock")])

    def full(self):
        return self.backup("full")

    def increment(self):
        return self.backup("inc")

    def restore(self):
        took = self.run(["virtnbdrestore", "-i", self.store, "-o", self.target, "-n", "-d", "vda", "-f", os.path.join(self.folder, "sock"),
                         "-L", os.path.join(self.folder, "restore.log")])
        images = [os.path.join(self.target, name) for name in os.listdir(self.target) if not name.endswith((".xml", ".json", ".log"))]
        return took, max(images, key=os.path.getsize)


class OfExport(Tool):
    """Tools that know files only: the live disk comes through a pipe from its NBD export."""

    def backup(self):
        with self.guest.export() as uri:
            return self.run(f"nbdcopy '{uri}' - | {self.command()}")

    full = increment = backup


class Restic(OfExport):
    """Its own defaults: zstd, encrypted."""
    name = "restic"

    def env(self):
        return {"RESTIC_PASSWORD": "bench", "RESTIC_REPOSITORY": self.store, "RESTIC_CACHE_DIR": os.path.join(self.folder, "cache")}

    def prepare(self):
        self.quiet("restic", "init")

    def command(self):
        return "restic backup --quiet --stdin --stdin-filename disk.raw"

    def restore(self):
        return self.run(["restic", "restore", "--quiet", "latest", "--target", self.target]), os.path.join(self.target, "disk.raw")


class Borg(OfExport):
    """Encrypted with the hash this CPU does in hardware, zstd 1; its default chunker."""
    name = "borg"

    def env(self):
        return {"BORG_PASSPHRASE": "bench", "BORG_REPO": self.store, "BORG_BASE_DIR": self.folder}

    def prepare(self):
        self.count = 0
        self.quiet("borg", "init", "--encryption", "repokey")

    def command(self):
        self.count += 1
        return f"borg create --compression zstd,1 --stdin-name disk.raw ::{self.count} -"

    def restore(self):
        return self.run(["borg", "extract", "--sparse", f"::{self.count}"], cwd=self.target), os.path.join(self.target, "disk.raw")


class Zstd(Tool):
    """The bar of compressing: the raw file, no VM, no increment."""
    name = "zstd"

    def full(self):
        raw = os.path.join(os.path.dirname(os.path.dirname(self.folder)), "gen1.raw")
        return self.run(["zstd", "-q", "-T2", "-1", "-f", raw, "-o", os.path.join(self.store, "disk.zst")])


class Nbdcopy(Tool):
    """The bar of reading: the live export to nowhere."""
    name = "nbdcopy"

    def full(self):
        with self.guest.export() as uri:
            return self.run(["nbdcopy", "--connections=4", "--requests=64", uri, "null:"])
