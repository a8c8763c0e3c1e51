#!/usr/bin/python3
"""A second reader of Stillpoint's vaults, written from docs/formats alone: it lists points and restores disks.

    stillpoint_reader.py list VAULT [--passphrase-file FILE | --recovery-key-file FILE]
    stillpoint_reader.py restore VAULT POINT DISK OUTPUT [...]      POINT: an id or the beginning of one; OUTPUT: a new raw file

Needs Python 3.11, python3-cryptography and libzstd.so.1. It writes nothing into the vault and takes no lease: do not run it while garbage
collection works. Every byte it gives was authenticated and compared with its id.
"""
import argparse
import bisect
import ctypes
import functools
import getpass
import hashlib
import hmac
import itertools
import os
import struct
import sys
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"
ZERO = bytes(32)
DATA, PAGE, PAGE_BYTES = 1, 2, 8192

class Damaged(Exception): """What was read is not what was written."""
class Refused(Exception): """Nothing is wrong with the vault: a newer format, a wrong secret, no such point."""
def need(condition, what):
    if not condition:
        raise Damaged(what)

def supported(found, what, known=1):
    if found != known:
        raise Refused(f"made by a later Stillpoint: {what} is {found}")

def header(whole, name, magic, vault, last=b"", algorithms=10):
    """What every sealed object begins (and some end) with."""
    need(len(whole) >= 80 and whole[:8] == magic and whole.endswith(last) and whole[16:32] == vault, f"{name}: not an object of this kind and vault")
    supported(struct.unpack_from("<H", whole, 8)[0], f"the version of {name}")
    supported(whole[algorithms:algorithms + 2], f"an algorithm of {name}", b"\1\1")

def derive(key, salt, info):
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"stillpoint/v1/" + info).derive(key)

def unseal(key, nonce, sealed, aad, what):
    try:
        return AESGCM(key).decrypt(nonce, bytes(sealed), bytes(aad))
    except (InvalidTag, ValueError):
        raise Damaged(f"{what} does not authenticate") from None

def ulid(raw):
    return "".join(BASE32[int.from_bytes(raw, "big") >> shift & 31] for shift in range(125, -1, -5))

class Zstd:
    def __init__(self):
        self.lib = ctypes.CDLL("libzstd.so.1")
        self.lib.ZSTD_createDCtx.restype, self.lib.ZSTD_decompressDCtx.restype = ctypes.c_void_p, ctypes.c_size_t
        self.context = ctypes.c_void_p(self.lib.ZSTD_createDCtx())

    def decode(self, frame, length, prefix, what):
        target = ctypes.create_string_buffer(max(length, 1))
        if prefix is not None:
            self.lib.ZSTD_DCtx_refPrefix(self.context, prefix, ctypes.c_size_t(len(prefix)))
        got = self.lib.ZSTD_decompressDCtx(self.context, target, ctypes.c_size_t(length), frame, ctypes.c_size_t(len(frame)))
        need(got == length, f"{what}: not a zstd frame of {length} bytes")
        return target.raw[:length]

def recovery_key(text):
    digits = [BASE32.find(c) for c in text.lower().strip().removeprefix("sprk1").translate(str.maketrans("oil", "011", "- \t\r\n"))]
    spelt = (functools.reduce(lambda bits, digit: bits << 5 | max(digit, 0), digits, 0) >> 3).to_bytes(max(len(digits), 34), "big")[-34:]
    if len(digits) != 55 or -1 in digits or hashlib.sha256(b"sprk1" + spelt[:32]).digest()[:2] != spelt[32:]:
        raise Refused("not a recovery key: sprk1- and 55 characters, of which the last spell a check sum")
    return spelt[:32]

class Vault:
    def __init__(self, folder, passphrase=None, recovery=None):
        self.folder, self.zstd = folder, Zstd()
        head = self.read("vault")
        need(len(head) == 192 and head[:8] == b"SPNTVALT", "vault: not a Stillpoint vault")
        need(hashlib.sha256(head[:160]).digest() == head[160:], "vault: its SHA-256 is wrong")
        supported(struct.unpack_from("<H", head, 8)[0], "the version")
        supported(head[12:16], "an algorithm", b"\1\1\1\1")
        supported((twin := struct.unpack_from("<I", head, 32)[0]) & ~1, "the set of required features", 0)
        self.id, self.block = head[16:32], 1 << head[10]
        self.master = self.unwrap(passphrase, recovery)
        need(hmac.digest(derive(self.master, self.id, b"header"), head[:128], "sha256") == head[128:160], "vault: its MAC is wrong")
        need(not any(head[68 if twin else 52:128]), "vault: reserved bytes are not zero")
        self.id_key = derive(self.master, self.id, b"id")
        self.pack_keys = functools.lru_cache(256)(lambda salt: AESGCM(derive(self.master, salt, b"pack")))
        self.recent = functools.lru_cache(64)(self.entry_plain)
        segments, self.footers = list(self.open_all(Segment, "index")), None
        superseded = set().union(*(segment.superseded for segment in segments))
        self.segments = [segment for segment in segments if segment.name not in superseded]

    def read(self, name, offset=0, length=-1):
        with open(os.path.join(self.folder, name), "rb") as file:
            file.seek(offset)
            return file.read(length)

    def names(self, folder):
        top = os.path.join(self.folder, folder)
        every = (os.path.relpath(os.path.join(at, file), self.folder) for at, _, files in os.walk(top) for file in files)
        return sorted(name for name in every if not (folder == "points" and os.path.exists(os.path.join(self.folder, "forgotten" + name[6:]))))

    # keys.md
    def unwrap(self, passphrase, recovery):
        kind, damaged = (1 if recovery is None else 2), []
        for name in self.names("keys"):
            slot = self.read(name)
            if len(slot) < 158 or hashlib.sha256(slot[:-32]).digest() != slot[-32:]:
                damaged.append(name)
                continue
            supported(struct.unpack_from("<H", slot, 8)[0], f"the version of {name}")
            if slot[10] != kind or slot[16:32] != self.id:      # another vault's: left over from an interrupted init
                continue
            supported(slot[11:13], f"an algorithm of {name}", bytes([kind, 1]))
            salt, (rounds, _, label) = slot[32:64], struct.unpack_from("<IqH", slot, 64)
            need(len(slot) == 158 + label, f"{name}: not as long as its label says")
            key = derive(recovery, salt, b"recovery") if recovery else hashlib.pbkdf2_hmac("sha512", passphrase.encode(), salt, rounds)[:32]
            try:
                return AESGCM(key).decrypt(bytes(12), slot[78 + label:126 + label], slot[:78 + label])
            except InvalidTag:
                continue
        raise Refused("wrong secret" if not damaged else f"no slot opens; damaged: {', '.join(damaged)}")

    # manifest.md
    def point(self, name):
        whole = self.read(name)
        header(whole, name, b"SPNTMFST", self.id)
        payload = unseal(derive(self.master, whole[32:64], b"manifest"), bytes(12), whole[72:], whole[:72] + name.encode(), name)
        length = struct.unpack_from("<Q", whole, 64)[0]
        need(length <= 64 << 20 and whole[12] <= 1, f"{name}: codec or length")
        fields = Fields(self.zstd.decode(payload, length, None, name) if whole[12] else payload)
        point, series, _, rank, _, _ = fields.unpack("<16s16sqI32sQ")
        need(name == f"points/{uuid.UUID(bytes=series)}/{ulid(point)}", f"{name}: holds another point")
        label = fields.string()
        trees = {fields.string(): fields.unpack("<Q32s") for _ in range(fields.unpack("<H")[0])}
        fields.take(fields.unpack("<I")[0])
        for _ in range(fields.unpack("<H")[0]):
            tag, length = fields.unpack("<HI")
            supported(tag & 0x8000, f"extension {tag} of {name}", 0)
            fields.take(length)
        return {"id": ulid(point), "series": uuid.UUID(bytes=series), "rank": rank, "label": label, "trees": trees}

    # index.md
    def open_all(self, kind, *folders):
        """The objects that are whole; the index is only a cache of the packs' footers, so either can be missed."""
        for name in (name for folder in folders for name in self.names(folder)):
            try:
                yield kind(self, name)
            except Damaged as reason:
                print(f"ignored: {reason}", file=sys.stderr)

    def places(self, block):
        for segment in self.segments:
            yield from segment.find(block)
        if self.footers is None:
            self.footers = {}
            for entry, place in itertools.chain.from_iterable(self.open_all(footer, "packs", "pages")):
                self.footers.setdefault(entry, []).append(place)
        yield from self.footers.get(block, ())

    # pack.md
    def entry_plain(self, kind, block, whole_only):
        failed = f"no place of {block.hex()} is known"
        for pack, salt, offset, stored, length, found_kind, codec, ordinal, base in self.places(block):
            what = f"{pack}, entry {ordinal}"
            if found_kind != kind or whole_only and codec == 2:
                continue
            try:
                need(length == (self.block if kind == DATA else PAGE_BYTES) and codec <= 2, f"{what}: length or codec")
                sealed = self.read(pack, offset, stored)
                aad = struct.pack("<HBBI", 1, kind, codec, length) + block + (base if codec == 2 else ZERO)
                packed = self.pack_keys(salt).decrypt(struct.pack("<IQ", 0, ordinal), sealed, aad)
                prefix = self.recent(DATA, base, True) if codec == 2 else None
                data = packed if codec == 0 else self.zstd.decode(packed, length, prefix, what)
                need(len(data) == length and hmac.digest(self.id_key, bytes([kind]) + data, "sha256") == block, f"{what}: not what its id says")
                return data
            except (Damaged, InvalidTag, ValueError, FileNotFoundError) as reason:
                failed = f"{what}: {reason or 'does not authenticate'}"
        raise Damaged(failed)

    # tree.md
    def blocks(self, size, root):
        """(number, bytes) of every block of a tree that is not zero."""
        count = -(-size // self.block)
        depth = next(depth for depth in itertools.count(1) if 256 ** depth >= count)

        def walk(page, level, first):
            ids = self.recent(PAGE, page, False) if page != ZERO else b""
            for slot in range(len(ids) // 32):
                below, number = ids[slot * 32:slot * 32 + 32], first + slot * 256 ** (level - 1)
                need(below == ZERO or number < count, "a page names blocks beyond the end of its tree")
                if level > 1:
                    yield from walk(below, level - 1, number)
                elif below != ZERO:
                    yield number, self.recent(DATA, below, False)
        yield from walk(root, depth, 0)

class Fields:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, length):
        need(self.at + length <= len(self.data), "a field ends beyond its object")
        self.at += length
        return self.data[self.at - length:self.at]

    def unpack(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))

    def string(self):
        return self.take(self.unpack("<H")[0]).decode()

class Segment:
    def __init__(self, vault, name):
        self.name, self.whole = name, vault.read(name)
        need(hashlib.sha256(self.whole).hexdigest() == os.path.basename(name), f"{name}: its SHA-256 is not its name")
        head, tail = self.whole[:64], self.whole[-16:]
        header(self.whole, name, b"SPNTINDX", vault.id, b"SPNTIXND")
        self.key = derive(vault.master, head[32:64], b"index")
        length = struct.unpack_from("<I", tail)[0]
        fields = Fields(unseal(self.key, struct.pack("<IQ", 1, 0), self.whole[-16 - length:-16], head + tail, name))
        _, chunks, packs, superseded, _ = fields.unpack("<QIIII")
        self.chunks = [fields.unpack("<32sQII") for _ in range(chunks)]
        self.packs = [(f"{'packs' if kind == 1 else 'pages'}/{pack.hex()[:2]}/{pack.hex()}", salt)
                      for pack, salt, _, kind in (fields.unpack("<32s32sQB7x") for _ in range(packs))]
        self.superseded = {"index/" + fields.take(32).hex() for _ in range(superseded)}
        self.firsts = [chunk[0] for chunk in self.chunks]
        self.chunk = functools.lru_cache(32)(self.open_chunk)

    def open_chunk(self, number):
        _, offset, stored, count = self.chunks[number]
        fields = Fields(unseal(self.key, struct.pack("<IQ", 0, number), self.whole[offset:offset + stored], self.whole[:64], f"{self.name}, chunk {number}"))
        ids = [fields.take(32) for _ in range(count)]
        rows = [fields.unpack("<IIIIBBH") for _ in range(count)]
        bases = [fields.take(32) if row[5] == 2 else ZERO for row in rows]
        return ids, [(*self.packs[row[0]], *row[1:], base) for row, base in zip(rows, bases)]

    def find(self, block):
        number = max(bisect.bisect_left(self.firsts, block) - 1, 0)      # equal ids may begin in the chunk before
        while number < len(self.chunks) and self.firsts[number] <= block:
            ids, places = self.chunk(number)
            yield from places[bisect.bisect_left(ids, block):bisect.bisect_right(ids, block)]
            number += 1

def footer(vault, name):
    """(id, place) of every entry of a pack."""
    found = []
    whole = vault.read(name)
    header(whole, name, b"SPNTPACK", vault.id, b"SPNTPKND", 11)
    salt, (length, count) = whole[32:64], struct.unpack_from("<II", whole, len(whole) - 16)
    plain = unseal(derive(vault.master, salt, b"pack"), struct.pack("<IQ", 1, 0), whole[-16 - length:-16], whole[:64] + whole[-16:], name)
    fields, offset = Fields(plain), 64
    rows = [fields.unpack("<32sIIBBH") for _ in range(count)]
    for ordinal, (block, stored, size, kind, codec, _) in enumerate(rows):
        found.append((block, (name, salt, offset, stored, size, kind, codec, ordinal, fields.take(32) if codec == 2 else ZERO)))
        offset += stored
    return found

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=("list", "restore"))
    parser.add_argument("vault")
    parser.add_argument("what", nargs="*", metavar="POINT DISK OUTPUT")
    parser.add_argument("--passphrase-file")
    parser.add_argument("--recovery-key-file")
    options = parser.parse_args()
    secret = options.recovery_key_file or options.passphrase_file
    text = open(secret, encoding="utf-8", newline="").read().removesuffix("\n").removesuffix("\r") if secret else getpass.getpass()
    recovery = recovery_key(text) if options.recovery_key_file or text.lower().lstrip().startswith("sprk1-") else None
    vault = Vault(options.vault, text, recovery)
    if options.verb == "list":
        for point in sorted(map(vault.point, vault.names("points")), key=lambda p: p["id"]):
            disks = " ".join(f"{name}:{size}" for name, (size, _) in point["trees"].items())
            print(f"{point['id']} {point['series']} rank={point['rank']} {disks} {point['label']}")
        return
    if len(options.what) != 3:
        parser.error("restore needs POINT DISK OUTPUT")
    wanted, disk, output = options.what
    names = [name for name in vault.names("points") if os.path.basename(name).startswith(wanted.lower())]
    if len(names) != 1:
        raise Refused(f"{len(names)} points begin with {wanted}")
    size, root = vault.point(names[0])["trees"].get(disk) or sys.exit(f"refused: the point holds no {disk}")
    with open(output, "xb") as file:
        file.truncate(size)
        for number, data in vault.blocks(size, root):
            file.seek(number * vault.block)
            file.write(data[:size - number * vault.block])

try:
    main()
except (Damaged, Refused) as problem:
    sys.exit(f"{'damaged' if isinstance(problem, Damaged) else 'refused'}: {problem}")
