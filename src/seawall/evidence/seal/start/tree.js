// The tree of RFC 6962 section 2.1, and the digest that ties a chat picture to the records it is drawn from.

function leafHash(data) {
  return new Sha256().update(Uint8Array.of(0)).update(data).digest();
}

// Pairing level by level gives RFC 6962's split: an odd last node moves up unchanged.
function rootOf(leaves) {
  if (!leaves.length) return sha256(new Uint8Array(0));
  const pair = new Uint8Array(65);
  pair[0] = 1;
  let level = leaves;
  while (level.length > 1) {
    const next = [];
    for (let i = 0; i + 1 < level.length; i += 2) {
      pair.set(level[i], 1);
      pair.set(level[i + 1], 33);
      next.push(sha256(pair));
    }
    if (level.length % 2) next.push(level[level.length - 1]);
    level = next;
  }
  return level[0];
}

function fileLeaf(row) {
  return leafHash(
    encoder.encode(JSON.stringify({ kind: "file", path: row.path, sha256: row.sha256, size: row.size })),
  );
}

function netstrings(digest, values) {
  for (const value of values) {
    const data = encoder.encode(value);
    digest.update(encoder.encode(`${data.length}:`)).update(data).update(encoder.encode(","));
  }
}

// As seawall.evidence.pictures.digest: each value with its length before it.
function drawnFrom(order, records, isSimulated) {
  const digest = new Sha256();
  const kind = isSimulated ? "simulated" : "real";
  netstrings(digest, ["seawall-chat/1", kind, order.platform, order.market, order.shop, order.order_id, order.shop_name]);
  for (const record of records) {
    netstrings(digest, [
      record.ref, record.kind, record.speaker, record.our_at, record.platform_at || "", record.read_up_to || "",
      record.session_id, record.message_id, record.text, record.blocked_note,
      (record.is_recalled ? "recalled" : "") + (record.is_auto_reply ? "auto" : ""), record.body_encoding, record.body,
    ]);
  }
  return hex(digest.digest());
}

const utf8 = new TextDecoder("utf-8");

// What a picture says of itself in the text chunks before its pixels.
function labelsOf(png) {
  const found = {};
  const view = new DataView(png.buffer, png.byteOffset, png.length);
  let at = 8;
  while (at + 8 <= png.length) {
    const length = view.getUint32(at);
    const kind = latin.decode(png.subarray(at + 4, at + 8));
    if (kind === "IDAT" || at + 8 + length > png.length) break;
    if (kind === "iTXt") {
      const data = png.subarray(at + 8, at + 8 + length);
      const end = data.indexOf(0);
      const name = utf8.decode(data.subarray(0, end));
      if (name.startsWith("Seawall-")) found[name.slice(8)] = utf8.decode(data.subarray(end + 5));
    }
    at += 12 + length;
  }
  return found;
}

function keyOf(of) {
  return [of.platform, of.market, of.shop, of.order_id].join("\n");
}

const PICTURES = "chats/pictures.jsonl";

// {order: its line in the list of pictures}
async function readPictures(pack, found) {
  const listed = new Map();
  if (!pack.has(PICTURES)) return listed;
  let place = 0;
  for await (const { line } of linesOf(pack.reader(PICTURES))) {
    place += 1;
    const row = parsed(line);
    if (!row || !Array.isArray(row.pages)) found.add(PICTURES, "verify_line_unreadable", { line: place });
    else listed.set(keyOf(row), row);
  }
  return listed;
}

function checkPicture(order, records, story, hashes, manifest, found) {
  const row = story.pictures.get(keyOf(order));
  if (!row) return;
  const said = { order: order.order_id };
  const digest = drawnFrom(order, records, manifest.is_simulated);
  story.pictured += 1;
  row.isChecked = true;
  if (row.drawn_from !== digest || !row.pages.length) found.add(PICTURES, "verify_picture_differs", said);
  row.pages.forEach((page, place) => {
    const member = hashes.get(page.path);
    if (!member || member.sha256 !== page.sha256) found.add(page.path, "verify_picture_changed", said);
    else if (!isLabelled(member.head, order, digest, `${place + 1}/${row.pages.length}`)) {
      found.add(page.path, "verify_picture_of_other", said);
    }
  });
}

function isLabelled(head, order, digest, page) {
  const labels = head ? labelsOf(head) : {};
  const shop = `${order.platform} ${order.market} ${order.shop}`;
  return labels.order === order.order_id && labels.shop === shop && labels.page === page && labels["drawn-from"] === digest;
}

// Pictures that belong to no order whose records could be checked, and files that no line lists.
function checkLeftPictures(pack, story, found) {
  const paths = new Set();
  for (const row of story.pictures.values()) {
    for (const page of row.pages) paths.add(page.path);
    if (!row.isChecked) found.add(PICTURES, "verify_picture_without_order", { order: row.order_id });
  }
  for (const path of pack.names) {
    if (path.startsWith("chats/") && path !== PICTURES && !paths.has(path)) found.add(path, "verify_picture_unlisted");
  }
}

function sameCounts(one, other) {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => (one[name] || 0) === (other[name] || 0));
}

function checkCounts(manifest, story, found) {
  const { counts, planned } = manifest;
  const n = story.rows.length;
  const same = sameCounts(counts.outcomes, story.outcomes) && sameCounts(counts.grades, story.grades);
  if (!same || counts.records !== story.records || counts.orders !== n) found.add("summary.json", "verify_counts_differ");
  if (planned !== n) found.add("summary.json", "verify_planned_differs", { planned, found: n });
}

// An order as the list shows it; shops are kept once.
function rowOf(order, shops) {
  const key = [order.platform, order.market, order.shop].join("\n");
  if (!shops.has(key)) shops.set(key, [order.platform, order.market, order.shop, order.shop_name]);
  return { order_id: order.order_id, shop: shops.get(key), outcome: order.outcome, grade: order.grade };
}
