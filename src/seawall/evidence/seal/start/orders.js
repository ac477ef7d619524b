// The orders of the pack, from the files beside this page or from the pack that was handed over, and one order shown:
// its facts, its picture, its records.

// Answers of the scripts beside this page, by kind and number.
const arrived = new Map();
window.seawallPack = (kind, n, value) => arrived.set(`${kind} ${n}`, value);

function load(path, kind, n) {
  const key = `${kind} ${n}`;
  if (arrived.has(key)) return Promise.resolve(arrived.get(key));
  return new Promise((give) => {
    const script = document.createElement("script");
    script.src = path;
    script.onload = () => give(arrived.get(key) || null);
    script.onerror = () => give(null);
    document.head.append(script);
  });
}

class Beside {
  static async open() {
    const index = await load("view/index.txt", "index", 0);
    return index ? new Beside(index) : null;
  }

  constructor(index) {
    this.pieces = index.pieces;
    this.rows = index.orders.map(([order_id, shop, outcome, grade]) => ({
      order_id, shop: index.shops[shop], outcome, grade,
    }));
  }

  label() {
    return both("find.from_disk");
  }

  async entry(place) {
    let piece = this.pieces.length - 1;
    while (piece > 0 && this.pieces[piece] > place) piece -= 1;
    const path = `view/orders-${String(piece + 1).padStart(5, "0")}.txt`;
    const rows = await load(path, "orders", piece + 1);
    const entry = rows && rows[place - this.pieces[piece]];
    if (!entry) throw new Gone("find.broken", { path, order: this.rows[place].order_id });
    // The lines are canonical (RFC 8785), which is what JSON.stringify writes.
    const lines = entry.records.map((record) => encoder.encode(JSON.stringify(record)));
    return { ...entry, lines, leaf: null };
  }

  url(path) {
    return path;
  }
}

class Gone extends Error {
  constructor(key, params) {
    super(key);
    this.key = key;
    this.params = params;
  }
}

class Handed {
  constructor(pack, report) {
    this.pack = pack;
    this.name = report.name;
    this.rows = report.story.rows;
    this.pictures = report.story.pictures;
    this.tree = report.manifest.tree;
    this.isWhole = report.found.total === 0 && report.signature === "good";
    this.urls = new Map();
  }

  label() {
    return both("find.from_pack", { name: this.name });
  }

  async entry(place) {
    const { at, length, order_id } = this.rows[place];
    const order = parsed(await this.pack.reader("records/orders.jsonl").bytes(at, length));
    if (!order) throw new Gone("find.broken", { path: "records/orders.jsonl", order: order_id });
    const reader = this.pack.reader("records/messages.jsonl");
    const lines = [];
    for (const ref of order.records) lines.push((await reader.bytes(ref.offset, ref.length)).slice());
    const records = lines.map(parsed);
    const screenshots = await this.screenshotsOf(records);
    return { order, lines, records, picture: this.pictures.get(keyOf(order)) || null, screenshots, leaf: place };
  }

  async screenshotsOf(records) {
    const wanted = records.filter((record) => record && record.kind === "screenshot");
    if (!wanted.length) return {};
    const facts = parsed((await whole(this.pack, "facts.json")) || new Uint8Array(0));
    const paths = new Map(((facts && facts.screenshots) || []).map((row) => [row.sha256, row.path]));
    return Object.fromEntries(wanted.map((record) => [record.attachment_sha256, paths.get(record.attachment_sha256) || ""]));
  }

  url(path) {
    if (!this.pack.has(path)) return "";
    if (!this.urls.has(path)) {
      const kind = path.endsWith(".png") ? "image/png" : /\.jpe?g$/.test(path) ? "image/jpeg" : "application/octet-stream";
      this.urls.set(path, URL.createObjectURL(this.pack.blob(path).slice(0, this.pack.size(path), kind)));
    }
    return this.urls.get(path);
  }

  close() {
    for (const url of this.urls.values()) URL.revokeObjectURL(url);
  }
}

// Places in `rows` whose order number holds these digits, those that begin with them first.
function matching(rows, query, outcome, grade) {
  const wanted = query.trim().toLowerCase();
  const first = [];
  const later = [];
  rows.forEach((row, place) => {
    if ((outcome && row.outcome !== outcome) || (grade && row.grade !== grade)) return;
    const at = wanted ? row.order_id.toLowerCase().indexOf(wanted) : 0;
    if (at === 0) first.push(place);
    else if (at > 0) later.push(place);
  });
  return first.concat(later);
}

function shownOrder(entry, source, back) {
  const { order, records } = entry;
  const market = order.market;
  const top = make("div", "title", outside(order.order_id, "mono"), pill("outcome", order.outcome), back);
  const [platform, country] = [titleOf(order.platform), WORDS[`market.${market}`] ? both(`market.${market}`) : market];
  const facts = pairs([
    ["order.market", make("span", "", mark(order.platform, ""), platform, " · ", country)],
    ["order.shop", make("span", "", outside(order.shop_name), " ", outside(order.shop, "mono soft"))],
    ["order.grade", make("span", "", pill("grade", order.grade), " ", both(`grade_means_${order.grade}`))],
    ["order.why", WORDS[order.grade_reason] ? both(order.grade_reason) : outside(order.grade_reason)],
    ["order.status", order.status && outside(order.status)],
    ["order.item", order.item && outside(order.item)],
    ["order.ordered_at", when(order.ordered_at, market)],
    ["order.shipped_at", when(order.shipped_at, market)],
    ["order.tracking", order.tracking_number && outside(order.tracking_number, "mono")],
    ["order.sent_at", when(order.sent_at, market)],
    ["order.sent_by", sender(order.sent_by)],
    ["order.message_id", order.message_id && outside(order.message_id, "mono")],
    ["order.cancellation", cancellation(order.cancellation)],
    ["order.cancellation_reason", order.cancellation_reason && outside(order.cancellation_reason)],
    ["order.together", order.named_with && outside(order.named_with.join(", "), "mono")],
  ]);
  const zone = make("p", "soft small", both("order.times", { zone: zoneName(market) }));
  const what = make("div", "", facts, zone, proofs(entry, source));
  const drawn = make("div", "drawn", ...pictures(entry, source), ...screenshots(entry, source));
  return make("div", "", top, make("div", "order", what, drawn, recordList(entry, market)));
}

function sender(sent_by) {
  if (!sent_by) return null;
  if (sent_by === "worker") return both("order.by_worker");
  if (sent_by.startsWith("seat, by hand: ")) return both("order.by_hand", { who: sent_by.slice(15) });
  return sent_by.startsWith("seat: ") ? both("order.by_seat", { who: sent_by.slice(6) }) : outside(sent_by);
}

// Packs from before orders were cancelled here say nothing of it.
function cancellation(state) {
  if (!state) return null;
  return WORDS[`cancel.${state}`] ? both(`cancel.${state}`) : outside(state);
}

function proofs(entry, source) {
  const { order, lines } = entry;
  const wrong = order.records.filter((ref, place) => !lines[place] || hex(sha256(lines[place])) !== ref.sha256);
  const list = make("div", "proofs");
  const line = (looks, sign, words) => list.append(make("p", "small", make("i", looks, sign), " ", words));
  if (order.records.length && !wrong.length) line("tick", "✓", both("order.match", { n: order.records.length }));
  if (wrong.length) line("cross", "✗", both("order.differ", { refs: wrong.map((ref) => ref.ref).join(", ") }));
  if (entry.leaf === null) line("dash", "–", both("order.unsealed"));
  else if (source.isWhole) {
    const n = source.tree.carried + entry.leaf + 1;
    line("tick", "✓", both("order.leaf", { n, of: source.tree.size }));
  }
  return list;
}

function pictures(entry, source) {
  const head = make("div", "sub", make("span", "st", both("order.picture")), make("span", "soft small", both("order.picture_note")));
  if (!entry.picture) return [make("p", "soft small", both("order.no_picture"))];
  const pages = entry.picture.pages;
  return [head, ...pages.flatMap((page, place) => image(source, page.path, entry.order, place + 1, pages.length))];
}

function image(source, path, order, n, of) {
  const address = /^(chats|screenshots)\/[A-Za-z0-9][A-Za-z0-9._-]*$/.test(path) ? source.url(path) : "";
  const gone = make("p", "note risk", both("order.picture_gone", { path }));
  if (!address) return [gone];
  const picture = make("img", "pic");
  picture.alt = `${order.order_id} ${n}/${of}`;
  picture.addEventListener("error", () => picture.replaceWith(gone));
  picture.src = address;
  return of > 1 ? [make("p", "soft small", both("order.page", { n, of })), picture] : [picture];
}

function screenshots(entry, source) {
  const paths = Object.values(entry.screenshots || {}).filter(Boolean);
  if (!paths.length) return [];
  const shown = paths.flatMap((path) => {
    if (/\.(png|jpe?g|gif|webp|bmp)$/.test(path)) return image(source, path, entry.order, 1, 1);
    const link = make("a", "", both("order.open_file", { path }));
    link.href = source.url(path);
    return [make("p", "", link)];
  });
  return [make("div", "sub", make("span", "st ok", both("order.screenshot"))), ...shown];
}

function recordList(entry, market) {
  const list = make("div", "records");
  if (!entry.records.length) {
    list.append(make("p", "soft small", both("order.no_records")));
    return list;
  }
  list.append(make("div", "sub", make("h3", "", both("order.records", { n: entry.records.length }))));
  for (const record of entry.records) if (record) list.append(shownRecord(record, market));
  return list;
}

function shownRecord(record, market) {
  const speaker = WORDS[`record.${record.speaker}`] ? both(`record.${record.speaker}`) : outside(record.speaker);
  const kind = WORDS[`record.${record.kind}`] ? both(`record.${record.kind}`) : outside(record.kind);
  const head = make("header", "", make("span", "st", kind), make("b", "", speaker));
  if (record.blocked_note) head.append(make("span", "st risk", both("record.blocked", { note: record.blocked_note })));
  if (record.is_recalled) head.append(make("span", "st warn", both("record.recalled")));
  if (record.is_auto_reply) head.append(make("span", "st", both("record.auto")));
  head.append(make("span", "soft small", when(record.platform_at || record.our_at, market)));
  const box = make("section", "rec", head);
  if (record.text) {
    const said = make("div", record.speaker === "seller" ? "say me" : "say", record.text);
    if (/^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$/.test(record.language)) said.lang = record.language;
    said.dir = "auto";
    box.append(said);
  }
  box.append(
    pairs([
      ["record.platform_at", when(record.platform_at, market)],
      ["record.our_at", when(record.our_at, market)],
      ["record.read_up_to", when(record.read_up_to, market)],
      ["record.message_id", record.message_id && outside(record.message_id, "mono")],
      ["record.session_id", record.session_id && outside(record.session_id, "mono")],
      ["record.request_id", record.request_id && outside(record.request_id, "mono")],
      ["record.path", record.path && outside(record.path, "mono")],
      ["record.http", record.http_status ? String(record.http_status) : ""],
      ["record.script", record.script_digest && outside(record.script_digest.slice(0, 16), "mono")],
      ["record.approved", record.approval_digest && outside(record.approval_digest.slice(0, 16), "mono")],
    ]),
  );
  if (record.body) {
    const raw = make("pre", "raw", record.body_encoding === "base64" ? `base64: ${record.body}` : record.body);
    raw.dir = "ltr";
    box.append(make("details", "", make("summary", "", both("record.body")), raw));
  }
  return box;
}
