// A pack that the reader hands over: the ZIP itself, read in place (its members are stored as they are), or the files
// of an unpacked folder. Both give `names`, `size(name)` and `reader(name)`; nothing in them is believed yet.

const WINDOW = 8 << 20;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;
const BY_THE_SYSTEM = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$/i;
const LARGEST_SMALL = 64 << 20;

// Reads on from where it stood: members that follow each other cost one read of the disk for many.
class Reader {
  constructor(blob, base, size) {
    this.blob = blob;
    this.base = base;
    this.size = size;
    this.heldAt = 0;
    this.held = new Uint8Array(0);
  }

  async bytes(at, length) {
    const from = this.base + at;
    const to = Math.max(from, Math.min(this.base + this.size, from + length));
    if (from >= this.heldAt && to <= this.heldAt + this.held.length) {
      return this.held.subarray(from - this.heldAt, to - this.heldAt);
    }
    const until = Math.min(Math.max(to, from + WINDOW), this.base + this.size);
    this.held = new Uint8Array(await this.blob.slice(from, until).arrayBuffer());
    this.heldAt = from;
    return this.held.subarray(0, to - from);
  }
}

// Lines without their ends. `at` is where the line begins.
async function* linesOf(reader) {
  let at = 0;
  while (at < reader.size) {
    let length = 1 << 16;
    let end = -1;
    let bytes;
    for (;;) {
      bytes = await reader.bytes(at, length);
      end = bytes.indexOf(10);
      if (end >= 0 || at + bytes.length >= reader.size) break;
      length *= 4;
    }
    const line = end < 0 ? bytes : bytes.subarray(0, end);
    yield { at, line, ended: end >= 0 };
    at += line.length + 1;
  }
}

async function whole(pack, name) {
  if (!pack.has(name) || pack.size(name) > LARGEST_SMALL) return null;
  return (await pack.reader(name).bytes(0, pack.size(name))).slice();
}

// The date and time (DOS, UTC, to two seconds) that every header of a pack must bear.
function stampOf(sealed_at) {
  const [year, month, day, hour, minute, second] = sealed_at.match(/\d+/g).map(Number);
  const date = ((year - 1980) << 9) | (month << 5) | day;
  return ((date << 16) | (hour << 11) | (minute << 5) | (second >> 1)) >>> 0;
}

class FolderPack {
  constructor(files) {
    this.kind = "folder";
    this.name = (files[0].webkitRelativePath || files[0].name).split("/")[0];
    this.files = new Map();
    this.ignored = [];
    for (const file of files) {
      const path = file.webkitRelativePath.split("/").slice(1).join("/");
      if (BY_THE_SYSTEM.test(path)) this.ignored.push(path);
      else this.files.set(path, file);
    }
    this.names = [...this.files.keys()].sort();
  }

  has(name) {
    return this.files.has(name);
  }

  size(name) {
    return this.files.get(name).size;
  }

  reader(name) {
    return new Reader(this.files.get(name), 0, this.size(name));
  }

  blob(name) {
    return this.files.get(name);
  }
}

class ZipPack {
  constructor(file) {
    this.kind = "zip";
    this.name = file.name;
    this.file = file;
    this.members = new Map();
    this.names = [];
    this.ignored = [];
    this.stamps = new Set();
    // One reader for all, since members are mostly asked for in their order.
    this.walker = new Reader(file, 0, file.size);
  }

  has(name) {
    return this.members.has(name);
  }

  size(name) {
    return this.members.get(name).size;
  }

  reader(name) {
    const member = this.members.get(name);
    return new Reader(this.file, member.at, member.size);
  }

  blob(name) {
    const { at, size } = this.members.get(name);
    return this.file.slice(at, at + size);
  }

  // True when a directory was found; what is not exactly as a pack is written goes to `found`.
  async open(found) {
    const end = await this.findEnd(found);
    if (!end) return false;
    const shift = end.directoryEnd - end.directorySize - end.directoryAt;
    if (end.after) found.add(this.name, "verify_bytes_after", { n: end.after });
    if (shift > 0) found.add(this.name, "verify_bytes_before", { n: shift });
    if (shift < 0 || end.odd) found.add(this.name, "verify_end_changed");
    if (shift < 0) return false;
    const bytes = await this.walker.bytes(end.directoryAt + shift, end.directorySize);
    const entries = readDirectory(bytes.slice());
    if (entries.length !== end.members || entries.read !== end.directorySize) {
      found.add(this.name, "verify_directory_changed", { n: entries.length + 1 });
    }
    await this.place(entries, shift, end.directoryAt, found);
    return true;
  }

  async findEnd(found) {
    const size = this.file.size;
    const start = Math.max(0, size - 22 - 0xffff);
    const tail = (await this.walker.bytes(start, size - start)).slice();
    const view = new DataView(tail.buffer);
    for (let at = tail.length - 22; at >= 0; at--) {
      if (view.getUint32(at, true) !== 0x06054b50) continue;
      const end = {
        members: view.getUint16(at + 10, true),
        directorySize: view.getUint32(at + 12, true),
        directoryAt: view.getUint32(at + 16, true),
        directoryEnd: start + at,
        after: size - start - at - 22,
        odd: view.getUint32(at + 4, true) !== 0 || view.getUint16(at + 8, true) !== view.getUint16(at + 10, true),
      };
      if (view.getUint16(at + 20, true)) end.odd = true;
      return this.large(end, start + at);
    }
    const head = await this.walker.bytes(0, 4);
    found.add(this.name, hex(head) === "504b0304" ? "verify_truncated" : "verify_not_zip");
    return null;
  }

  // ZIP64: a pack is never written so, but a pack that was packed again may be.
  async large(end, at) {
    const locator = at < 20 ? null : (await this.walker.bytes(at - 20, 20)).slice();
    if (!locator || new DataView(locator.buffer).getUint32(0, true) !== 0x07064b50) return end;
    const place = Number(new DataView(locator.buffer).getBigUint64(8, true));
    const record = (await this.walker.bytes(place, 56)).slice();
    if (record.length < 56) return end;
    const view = new DataView(record.buffer);
    if (view.getUint32(0, true) !== 0x06064b50) return end;
    end.members = Number(view.getBigUint64(32, true));
    end.directorySize = Number(view.getBigUint64(40, true));
    end.directoryAt = Number(view.getBigUint64(48, true));
    end.directoryEnd = place;
    end.odd = true;
    return end;
  }

  async place(entries, shift, directoryAt, found) {
    const changed = new Set();
    const compressed = entries.filter((entry) => entry.method).length;
    this.isCompressed = compressed > entries.length / 2;
    if (this.isCompressed) {
      found.add(this.name, "check.repacked");
      return;
    }
    let expected = 0;
    let last = "";
    for (const entry of entries) {
      const shown = NAME.test(entry.name) && entry.name.length <= 200 ? entry.name : `${visible(entry.name)} (!)`;
      if (this.members.has(entry.name)) found.add(shown, "verify_member_twice");
      else if (entry.name < last) found.add(shown, "verify_member_order");
      last = entry.name;
      if (entry.offset !== expected) found.add(shown, "verify_member_place");
      const isBack = entry.offset < expected;
      expected = Math.max(expected, entry.offset + 30 + entry.nameLength + entry.stored);
      if (shown !== entry.name) found.add(shown, "verify_name_unsafe");
      else if (entry.flags & 1) found.add(shown, "verify_member_encrypted");
      else if (entry.method || entry.stored !== entry.size) found.add(shown, "verify_member_compressed");
      else if (!isBack) await this.take(entry, shift, changed, found);
    }
    if (changed.size > 1 && changed.size > entries.length / 2) found.add(this.name, "verify_packed_again");
    else for (const name of changed) found.add(name, "verify_header_changed");
    if (expected !== directoryAt) found.add(this.name, "verify_directory_place");
  }

  async take(entry, shift, changed, found) {
    const at = entry.offset + shift;
    const head = await this.walker.bytes(at, 30 + entry.nameLength);
    const local = head.length < 30 ? null : readLocal(head);
    if (!local || local.signature !== 0x04034b50 || at + local.length + entry.size > this.file.size) {
      found.add(entry.name, "verify_member_cut");
      return;
    }
    if (entry.odd || local.odd || local.stated !== entry.stated || local.name !== entry.name) changed.add(entry.name);
    this.members.set(entry.name, { at: at + local.length, size: entry.size, crc32: entry.crc32 });
    this.stamps.add(entry.stamp);
    this.names.push(entry.name);
  }
}

const latin = new TextDecoder("latin1");

// A name that may steer how the page reads is shown letter by letter.
function visible(name) {
  return name.slice(0, 200).replace(/[^\x20-\x7e]/g, (letter) => `\\x${letter.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

function readDirectory(bytes) {
  const view = new DataView(bytes.buffer);
  const entries = [];
  let at = 0;
  while (at + 46 <= bytes.length && view.getUint32(at, true) === 0x02014b50) {
    const [nameLength, extra, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
    const entry = {
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      stamp: view.getUint32(at + 12, true),
      crc32: view.getUint32(at + 16, true),
      stored: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
      nameLength,
      name: latin.decode(bytes.subarray(at + 46, at + 46 + nameLength)),
      stated: hex(bytes.subarray(at + 12, at + 28)),
    };
    entry.odd =
      view.getUint32(at + 4, true) !== 0x00140314 || entry.flags !== 0 || extra + comment !== 0 ||
      view.getUint16(at + 34, true) !== 0 || view.getUint16(at + 36, true) !== 0 ||
      view.getUint32(at + 38, true) !== 0x81a40000;
    readLarge(entry, view, at + 46 + nameLength, extra);
    entries.push(entry);
    at += 46 + nameLength + extra + comment;
  }
  entries.read = at;
  return entries;
}

function readLarge(entry, view, from, length) {
  for (let at = from; at + 4 <= Math.min(from + length, view.byteLength); ) {
    const size = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1) {
      let place = at + 4;
      for (const field of ["size", "stored", "offset"]) {
        if (entry[field] === 0xffffffff && place + 8 <= view.byteLength) {
          entry[field] = Number(view.getBigUint64(place, true));
          place += 8;
        }
      }
    }
    at += 4 + size;
  }
}

function readLocal(head) {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const nameLength = view.getUint16(26, true);
  const extra = view.getUint16(28, true);
  return {
    signature: view.getUint32(0, true),
    odd: view.getUint16(4, true) !== 20 || view.getUint32(6, true) !== 0 || extra !== 0,
    stated: hex(head.subarray(10, 26)),
    name: latin.decode(head.subarray(30, 30 + nameLength)),
    length: 30 + nameLength + extra,
  };
}
