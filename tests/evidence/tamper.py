"""Ways to tamper with a pack. Each gives the changed bytes and the places of which at least one must be named.

The forger here is a good one: unless the change is the ZIP itself, the file is written anew with every header as the
real writer makes it, so that only the seal can tell.
"""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.evidence.packs import OTHER_KEY

from seawall.evidence.seal import layout, zipform
from seawall.evidence.seal.manifest import signature_bytes
from seawall.evidence.seal.members import member_of

Files = dict[str, bytes]
ANY: frozenset[str] = frozenset()
"""Any place will do: the change is in no member."""


@dataclass(frozen=True)
class Tampered:
    """A changed pack. `places`: every one of them must be named; none: any."""

    data: bytes
    places: frozenset[str]
    says: str = ""
    """A code that must be among the problems."""


@dataclass(frozen=True)
class World:
    """A pack, and the pack of the same storm that was sealed before it."""

    new: bytes
    old: bytes

    def files(self) -> Files:
        return files_of(self.new)


def files_of(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def spans_of(data: bytes) -> list[tuple[int, int, str]]:
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        return [
            (start := info.header_offset + 30 + len(info.filename), start + info.file_size, info.filename)
            for info in pack.infolist()
        ]


def forged(files: Files, folder: Path, like: bytes) -> bytes:
    """The files as a pack whose every header is right."""
    from seawall.evidence.seal.packfile import write_zip

    stamp = zipform.read_central(like, like.index(zipform.CENTRAL_SIGNATURE))
    assert stamp is not None
    path = folder / "forged.zip"
    write_zip([member_of(*row) for row in sorted(files.items())], stamp.stamp, path, lambda *step: None)
    return path.read_bytes()


Tamper = Callable[[Random, World, Path], Tampered]


def flip(rng: Random, world: World, folder: Path) -> Tampered:
    place = rng.randrange(len(world.new))
    data = bytearray(world.new)
    data[place] ^= 1 << rng.randrange(8)
    inside = [name for start, end, name in spans_of(world.new) if start <= place < end]
    return Tampered(bytes(data), frozenset(inside))


def truncate(rng: Random, world: World, folder: Path) -> Tampered:
    return Tampered(world.new[: rng.randrange(len(world.new))], ANY)


def insert(rng: Random, world: World, folder: Path) -> Tampered:
    place = rng.randrange(len(world.new) + 1)
    return Tampered(world.new[:place] + rng.randbytes(rng.randint(1, 40)) + world.new[place:], ANY)


def swap_two(rng: Random, world: World, folder: Path) -> Tampered:
    files = world.files()
    one, two = rng.sample(sorted(files), 2)
    files[one], files[two] = files[two], files[one]
    return Tampered(forged(files, folder, world.new), frozenset({one, two}))


def swap_pictures(rng: Random, world: World, folder: Path) -> Tampered:
    files = world.files()
    one, two = rng.sample([name for name in sorted(files) if name.startswith(("screenshots/", "chats/"))], 2)
    files[one], files[two] = files[two], files[one]
    return Tampered(forged(files, folder, world.new), frozenset({one, two}), "verify_member_changed")


def _without_line(name: str, rng: Random, world: World, folder: Path) -> Tampered:
    files = world.files()
    lines = files[name].splitlines(keepends=True)
    del lines[rng.randrange(len(lines))]
    files[name] = b"".join(lines)
    return Tampered(forged(files, folder, world.new), frozenset({name}), "verify_member_changed")


def drop_record(rng: Random, world: World, folder: Path) -> Tampered:
    return _without_line(layout.MESSAGES, rng, world, folder)


def drop_order(rng: Random, world: World, folder: Path) -> Tampered:
    return _without_line(layout.ORDERS, rng, world, folder)


def drop_timeline_entry(rng: Random, world: World, folder: Path) -> Tampered:
    return _without_line(layout.TIMELINE, rng, world, folder)


def change_words(rng: Random, world: World, folder: Path) -> Tampered:
    """Other words in a record, with the hash and place in the order's line mended."""
    files = world.files()
    lines = files[layout.MESSAGES].splitlines()
    place = rng.randrange(len(lines))
    record = json.loads(lines[place])
    lines[place] = json.dumps(
        record | {"text": "OK"}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()
    files[layout.MESSAGES] = b"".join(line + b"\n" for line in lines)
    return Tampered(forged(files, folder, world.new), frozenset({layout.MESSAGES}), "verify_record_changed")


def raise_grade(rng: Random, world: World, folder: Path) -> Tampered:
    files = world.files()
    files[layout.ORDERS] = files[layout.ORDERS].replace(b'"grade":"acknowledged"', b'"grade":"answered"', 1)
    return Tampered(forged(files, folder, world.new), frozenset({layout.ORDERS}), "verify_order_changed")


def edit(rng: Random, world: World, folder: Path) -> Tampered:
    """Cut, add or change bytes of any member, the report, the papers and the pictures among them."""
    files = world.files()
    name = rng.choice(sorted(files))
    data, place = files[name], rng.randrange(len(files[name]))
    changed = [data[:place] + data[place + 1 :], data[:place] + b"\x00" + data[place:], data + b"\n"]
    files[name] = rng.choice(changed)
    return Tampered(forged(files, folder, world.new), frozenset({name}))


def drop_member(rng: Random, world: World, folder: Path) -> Tampered:
    files = world.files()
    name = rng.choice(sorted(files))
    del files[name]
    return Tampered(forged(files, folder, world.new), frozenset({name}), "verify_member_missing")


def add_member(rng: Random, world: World, folder: Path) -> Tampered:
    files = world.files()
    where = rng.choice(["", "papers/", "screenshots/", "records/", "seal/", "chats/", "new/"])
    name = f"{where}{rng.randrange(10**6)}.{rng.choice(['pdf', 'png', 'jsonl', 'txt', 'bin'])}"
    files[name] = rng.randbytes(rng.randrange(50))
    return Tampered(forged(files, folder, world.new), frozenset({name}), "verify_member_added")


def rename_member(rng: Random, world: World, folder: Path) -> Tampered:
    files = world.files()
    old = rng.choice(sorted(files))
    new = f"x-{rng.randrange(99)}-" + old.replace("/", "-")
    files[new] = files.pop(old)
    return Tampered(forged(files, folder, world.new), frozenset({old, new}))


def zip_again(rng: Random, world: World, folder: Path) -> Tampered:
    out = io.BytesIO()
    how = rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    names = sorted(world.files())
    if rng.random() < 0.5:
        rng.shuffle(names)
    files = world.files()
    with zipfile.ZipFile(out, "w", how) as pack:
        for name in names:
            pack.writestr(name, files[name])
    return Tampered(out.getvalue(), ANY)


def replay_seal(rng: Random, world: World, folder: Path) -> Tampered:
    """The seal of the pack before over the contents of this one: whole, and every member of the seal by itself."""
    files, before = world.files(), files_of(world.old)
    whole = rng.random() < 0.5
    seal = [name for name in before if name.startswith("seal/") and before[name] != files.get(name)]
    taken = seal if whole else [rng.choice(seal)]
    files |= {name: before[name] for name in taken}
    if whole:
        files = {name: data for name, data in files.items() if not name.startswith("seal/") or name in before}
        # Every one that differs, but the added lines of a member stand in it: all are named by their hash.
        contents = {name for name in files if not name.startswith("seal/") and files[name] != before.get(name)}
        return Tampered(forged(files, folder, world.new), frozenset(contents))
    return Tampered(forged(files, folder, world.new), frozenset(taken) if taken != [layout.MANIFEST] else ANY)


def replay_content(rng: Random, world: World, folder: Path) -> Tampered:
    """A member of the pack before under the seal of this one."""
    files, before = world.files(), files_of(world.old)
    name = rng.choice([n for n in before if not n.startswith("seal/") and files.get(n) != before[n]])
    files[name] = before[name]
    return Tampered(forged(files, folder, world.new), frozenset({name}), "verify_member_changed")


def sign_anew(rng: Random, world: World, folder: Path) -> Tampered:
    """A manifest with other counts, signed by a key of the forger's own, the pack's key left in place."""
    files = world.files()
    manifest = files[layout.MANIFEST].replace(b'"planned":', b'"planned":1', 1)
    signature = OTHER_KEY.sign(manifest)
    files |= {
        layout.MANIFEST: manifest,
        layout.SIGNATURE_RAW: signature,
        layout.SIGNATURE: signature_bytes(manifest, signature, OTHER_KEY.verify_key),
    }
    return Tampered(forged(files, folder, world.new), ANY)


def other_date(rng: Random, world: World, folder: Path) -> Tampered:
    from seawall.evidence.seal.packfile import write_zip

    path = folder / "forged.zip"
    stamp = (0x5B71, rng.randrange(0x6000))
    write_zip([member_of(*row) for row in sorted(world.files().items())], stamp, path, lambda *step: None)
    return Tampered(path.read_bytes(), ANY, "verify_stamp_differs")


WAYS: tuple[Tamper, ...] = (
    flip, truncate, insert, swap_two, swap_pictures, drop_record, drop_order, drop_timeline_entry, change_words,
    raise_grade, edit, drop_member, add_member, rename_member, zip_again, replay_seal, replay_content, sign_anew,
    other_date,
)  # fmt: skip
