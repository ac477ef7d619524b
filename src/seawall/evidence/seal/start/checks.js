// The checks of a pack, all in this browser: every file against the signed list, the signature, the hash tree, every
// record against its order, every picture against its records, the counts. What is wrong is named, with its place.

const MANIFEST = "seal/manifest.json";
const SIGNED_LAST = new Set([MANIFEST, "seal/signature.bin", "seal/signature.json"]);
const MOST_PER_PLACE = 20;

// A damaged file may hold 24,000 wrong lines: the first are named, the rest counted.
class Problems {
  constructor() {
    this.listed = [];
    this.places = new Map();
    this.total = 0;
  }

  add(path, key, params = {}) {
    const before = this.places.get(path) || 0;
    this.places.set(path, before + 1);
    this.total += 1;
    if (before < MOST_PER_PLACE && this.places.size <= 500) this.listed.push({ path, key, params });
  }

  at(path) {
    return this.places.has(path);
  }
}

const pause = () => new Promise((go) => setTimeout(go));

async function checkPack(pack, tell) {
  const found = new Problems();
  const report = { found, name: pack.name, kind: pack.kind, ignored: pack.ignored, signature: "bad", marks: {} };
  if (pack.kind === "zip" && (!(await pack.open(found)) || pack.isCompressed)) return report;
  const manifestBytes = await whole(pack, MANIFEST);
  if (!manifestBytes) {
    if (pack.has("seal/proofs.txt")) report.found = said(pack.name, "check.extract");
    else if (pack.names.some((name) => name.startsWith("seal/"))) found.add(MANIFEST, "verify_member_missing");
    else report.found = said(pack.name, "check.not_a_pack");
    return report;
  }
  await checkSignature(pack, manifestBytes, report);
  const manifest = readManifest(manifestBytes, found);
  if (!manifest) return report;
  report.manifest = manifest;
  if (report.key && report.key !== manifest.key_fingerprint) {
    const named = String(manifest.key_fingerprint).slice(0, 16);
    found.add("seal/public.pem", "verify_key_differs", { found: report.key.slice(0, 16), named });
  }
  if (report.key) report.chain = await readChain(pack, report.key, found);
  report.isStamped = pack.has("seal/timestamp.tsr");
  const marked = (name, before) => {
    report.marks[name] = found.total === before;
  };
  let before = found.total;
  const hashes = await hashAll(pack, tell);
  if (pack.kind === "zip") checkZip(pack, manifest, hashes, found);
  checkFiles(pack, manifest, hashes, found);
  await checkSums(pack, manifest, hashes, found);
  marked("files", before);
  before = found.total;
  const leaves = await checkTree(pack, manifest, found);
  await checkRoot(pack, manifest, found);
  marked("tree", before);
  await checkStory(pack, manifest, hashes, leaves, report, tell);
  return report;
}

// Some other ZIP or folder: what is odd about its members is of no interest.
function said(name, key) {
  const found = new Problems();
  found.add(name, key);
  return found;
}

function readManifest(bytes, found) {
  try {
    const manifest = JSON.parse(utf8.decode(bytes));
    if (manifest.format !== "seawall-pack/1") throw new Error(`format ${String(manifest.format).slice(0, 60)}`);
    manifest.listed = new Map(manifest.files.map((row) => [row.path, row]));
    if (manifest.listed.size !== manifest.files.length) throw new Error("a file is listed twice");
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(manifest.sealed_at)) throw new Error("sealed_at");
    if (typeof manifest.tree.root !== "string" || typeof manifest.counts.outcomes !== "object") throw new Error("tree");
    return manifest;
  } catch (broken) {
    found.add(MANIFEST, "verify_manifest_unreadable", { why: String(broken.message).slice(0, 200) });
    return null;
  }
}

// The raw key of the PEM a pack holds, or null.
function readKey(pem) {
  const lines = latin.decode(pem).split("\n");
  try {
    const der = Uint8Array.from(atob(lines[1]), (letter) => letter.charCodeAt(0));
    return der.length === 44 && lines[0].includes("BEGIN PUBLIC KEY") ? der.slice(-32) : null;
  } catch {
    return null;
  }
}

async function checkSignature(pack, manifest, report) {
  const found = report.found;
  const [pem, signature, stated] = await Promise.all(
    ["seal/public.pem", "seal/signature.bin", "seal/signature.json"].map((name) => whole(pack, name)),
  );
  for (const [name, data] of [["seal/public.pem", pem], ["seal/signature.bin", signature], ["seal/signature.json", stated]]) {
    if (!data) found.add(name, "verify_member_missing");
  }
  if (!pem || !signature) return;
  const key = readKey(pem);
  if (!key) {
    found.add("seal/public.pem", "verify_key_unreadable");
    return;
  }
  report.key = hex(sha256(key));
  const short = report.key.slice(0, 16);
  report.signature = await signatureState(key, manifest, signature);
  const told = stated ? latin.decode(stated) : "";
  const hash = hex(sha256(manifest));
  if (report.signature === "bad") {
    // signature.json says which list was signed: that tells which of the two was changed.
    const isOfThis = told.includes(`"manifest_sha256":"${hash}"`);
    if (isOfThis) found.add("seal/signature.bin", "verify_signature_wrong", { key: short });
    else found.add(MANIFEST, "verify_manifest_changed", { key: short });
  }
  const wanted = JSON.stringify({
    algorithm: "Ed25519", key_fingerprint: report.key, key_id: short, manifest_sha256: hash, public_key: hex(key),
    signature: hex(signature), signs: MANIFEST,
  });
  if (stated && told !== wanted) found.add("seal/signature.json", "verify_signature_file");
}

async function signatureState(key, data, signature) {
  if (!subtle) return "unable";
  let imported;
  try {
    imported = await subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
  } catch (refused) {
    // A browser without Ed25519 says so by this name; a key that is no point of the curve is another error.
    return refused.name === "NotSupportedError" || refused instanceof TypeError ? "unable" : "bad";
  }
  return (await subtle.verify("Ed25519", imported, signature, data)) ? "good" : "bad";
}

// {name: {sha256, head}} of every member. Members stand one behind the other, so one reader walks through the ZIP.
async function hashAll(pack, tell) {
  const found = new Map();
  let waiting = [];
  let done = 0;
  for (const name of pack.names) {
    const size = pack.size(name);
    const isPicture = name.startsWith("chats/") && name.endsWith(".png");
    if (size > 4 * WINDOW) {
      found.set(name, { ...(await hashLarge(pack.reader(name), size)), head: null });
    } else {
      const reader = pack.kind === "zip" ? pack.walker : pack.reader(name);
      const base = pack.kind === "zip" ? pack.members.get(name).at : 0;
      const bytes = await reader.bytes(base, size);
      const head = isPicture ? bytes.slice(0, 4096) : null;
      const crc = crc32(bytes);
      waiting.push(sha256Hex(bytes).then((sha256) => found.set(name, { sha256, crc, head })));
    }
    done += 1;
    if (waiting.length >= 64) {
      await Promise.all(waiting);
      waiting = [];
      tell("check.hashing", done, pack.names.length);
    }
  }
  await Promise.all(waiting);
  return found;
}

async function hashLarge(reader, size) {
  const digest = new Sha256();
  let crc = 0;
  for (let at = 0; at < size; at += WINDOW) {
    const bytes = await reader.bytes(at, Math.min(WINDOW, size - at));
    digest.update(bytes);
    crc = crc32(bytes, crc);
    await pause();
  }
  return { sha256: hex(digest.digest()), crc };
}

// What stands around the members of a ZIP follows from them and from the sealing time.
function checkZip(pack, manifest, hashes, found) {
  for (const [name, member] of pack.members) {
    if (hashes.get(name).crc !== member.crc32) found.add(name, "verify_content_changed");
  }
  const stamp = stampOf(manifest.sealed_at);
  if ([...pack.stamps].some((found) => found !== stamp)) {
    found.add(pack.name, "verify_stamp_differs", { sealed_at: manifest.sealed_at });
  }
}

function checkFiles(pack, manifest, hashes, found) {
  const byHash = new Map(manifest.files.map((row) => [row.sha256, row.path]));
  for (const { path, sha256, size } of manifest.files) {
    const member = hashes.get(path);
    if (!member) {
      if (!found.at(path)) found.add(path, "verify_member_missing");
    } else if (member.sha256 !== sha256 || pack.size(path) !== size) {
      const other = byHash.get(member.sha256);
      const isSwap = other && other !== path && hashes.get(other)?.sha256 === sha256;
      if (isSwap) found.add(path, "check.swapped", { other });
      else found.add(path, "verify_member_changed");
    }
  }
  for (const path of pack.names) {
    if (!manifest.listed.has(path) && !SIGNED_LAST.has(path)) {
      found.add(NAME.test(path) ? path : `${visible(path)} (!)`, "verify_member_added");
    }
  }
}

async function checkSums(pack, manifest, hashes, found) {
  const name = "seal/SHA256SUMS";
  if (!hashes.has(name) || found.at(name)) return;
  const rows = manifest.files.filter((row) => row.path !== name).map((row) => `${row.sha256}  ${row.path}\n`);
  if (hashes.get(name).sha256 !== hex(sha256(encoder.encode(rows.join(""))))) found.add(name, "verify_sums_differ");
}

// The leaves of the orders, or null where the tree cannot be read.
async function checkTree(pack, manifest, found) {
  const name = "seal/tree.json";
  const data = await whole(pack, name);
  if (!data) return null;
  let tree;
  let leaves;
  try {
    tree = JSON.parse(utf8.decode(data));
    leaves = tree.leaves.map(unhex);
  } catch {
    found.add(name, "verify_tree_unreadable");
    return null;
  }
  const stated = manifest.tree;
  const same = ["carried", "files", "orders", "root", "size"].every((field) => tree[field] === stated[field]);
  if (!same || leaves.length !== stated.size || stated.carried + stated.orders + stated.files !== stated.size) {
    found.add(name, "verify_tree_differs");
    return null;
  }
  if (hex(rootOf(leaves)) !== stated.root) found.add(name, "verify_root_differs", { root: stated.root });
  const previous = manifest.previous_pack;
  if (previous && hex(rootOf(leaves.slice(0, previous.tree_size))) !== previous.root) {
    found.add(name, "verify_previous_differs", { root: previous.root });
  }
  const content = manifest.files.filter((row) => !row.path.startsWith("seal/"));
  const fileLeaves = leaves.slice(stated.carried + stated.orders);
  const isSame = content.length === fileLeaves.length && content.every((row, i) => hex(fileLeaf(row)) === hex(fileLeaves[i]));
  if (!isSame) found.add(name, "verify_file_leaves_differ");
  return leaves.slice(stated.carried, stated.carried + stated.orders);
}

async function checkStory(pack, manifest, hashes, leaves, report, tell) {
  const found = report.found;
  const pictures = await readPictures(pack, found);
  const story = { rows: [], outcomes: {}, grades: {}, records: 0, pictured: 0, shops: new Map(), pictures };
  report.story = story;
  if (!pack.has("records/orders.jsonl") || !pack.has("records/messages.jsonl")) return;
  const messages = { reader: pack.reader("records/messages.jsonl"), at: 0 };
  let before = found.total;
  let pictureProblems = 0;
  for await (const { at, line, ended } of linesOf(pack.reader("records/orders.jsonl"))) {
    const place = story.rows.length + 1;
    if (leaves && (place > leaves.length || hex(leafHash(line)) !== hex(leaves[place - 1]))) {
      found.add("records/orders.jsonl", "verify_order_changed", { line: place });
    }
    const order = ended ? parsed(line) : null;
    if (!order || !Array.isArray(order.records)) {
      found.add("records/orders.jsonl", "verify_line_unreadable", { line: place });
      story.rows.push({ order_id: "", at, length: line.length });
      continue;
    }
    story.rows.push({ ...rowOf(order, story.shops), at, length: line.length });
    story.outcomes[order.outcome] = (story.outcomes[order.outcome] || 0) + 1;
    story.grades[order.grade] = (story.grades[order.grade] || 0) + 1;
    const records = await checkRecords(order, messages, story, found);
    const earlier = found.total;
    if (records) checkPicture(order, records, story, hashes, manifest, found);
    pictureProblems += found.total - earlier;
    if (place % 250 === 0) {
      tell("check.orders", place, manifest.planned);
      await pause();
    }
  }
  if (messages.at !== messages.reader.size) found.add("records/messages.jsonl", "verify_records_left_over");
  if (leaves && story.rows.length !== leaves.length) {
    found.add("records/orders.jsonl", "verify_order_count", { found: story.rows.length, sealed: leaves.length });
  }
  report.marks.records = found.total - pictureProblems === before;
  before = found.total;
  checkLeftPictures(pack, story, found);
  report.marks.pictures = found.total + pictureProblems === before;
  before = found.total;
  checkCounts(manifest, story, found);
  report.marks.counts = found.total === before;
}

function parsed(line) {
  try {
    return JSON.parse(utf8.decode(line));
  } catch {
    return null;
  }
}

async function checkRecords(order, messages, story, found) {
  const name = "records/messages.jsonl";
  const records = [];
  for (const ref of order.records) {
    const said = { ref: ref.ref, order: order.order_id };
    story.records += 1;
    if (ref.offset !== messages.at) found.add(name, "verify_record_place", said);
    const bytes = await messages.reader.bytes(ref.offset, ref.length + 1);
    messages.at = ref.offset + ref.length + 1;
    const line = bytes.subarray(0, ref.length);
    const record = parsed(line);
    if (bytes.length !== ref.length + 1 || bytes[ref.length] !== 10) found.add(name, "verify_record_missing", said);
    else if (hex(sha256(line)) !== ref.sha256) found.add(name, "verify_record_changed", said);
    else if (!record) found.add(name, "verify_record_unreadable", said);
    else if (record.ref !== ref.ref || keyOf(record) !== keyOf(order)) found.add(name, "verify_record_misplaced", said);
    else records.push(record);
  }
  return records.length === order.records.length ? records : null;
}
