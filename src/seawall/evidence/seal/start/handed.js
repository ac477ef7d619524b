// The box that takes a pack, and what its checks found.

function watchForPacks() {
  el("zip").addEventListener("change", (event) => take([...event.target.files], "zip"));
  el("folder").addEventListener("change", (event) => take([...event.target.files], "folder"));
  // Anywhere on the page: a file dropped beside the box would otherwise replace the page.
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    el("drop").classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) el("drop").classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    el("drop").classList.remove("over");
    const item = event.dataTransfer.items[0];
    const entry = item && item.webkitGetAsEntry && item.webkitGetAsEntry();
    if (entry && entry.isDirectory) el("result").replaceChildren(make("p", "note warn", both("check.dropped_folder")));
    else take([...event.dataTransfer.files], "zip");
  });
}

let isBusy = false;

async function take(files, kind) {
  if (!files.length || isBusy) return;
  isBusy = true;
  const pack = kind === "zip" ? new ZipPack(files[0]) : new FolderPack(files);
  const line = make("p", "note", both("check.reading", { name: pack.name }));
  el("result").replaceChildren(line);
  state("page.checking", "run");
  const tell = (key, done, total) => line.replaceChildren(both(key, { done, total }));
  try {
    const report = await checkPack(pack, tell);
    showReport(report);
    if (report.story && report.story.rows.length) use(new Handed(pack, report));
  } catch (broken) {
    el("result").replaceChildren(make("p", "note risk", both("check.unreadable", { why: String(broken.message || broken) })));
    state("page.bad", "risk", { n: 1 });
  }
  el("zip").value = el("folder").value = "";
  isBusy = false;
}

function state(key, looks, params = {}) {
  el("state").className = `st ${looks}`;
  el("state").replaceChildren(both(key, params));
}

function showReport(report) {
  const n = report.found.total;
  const name = report.name;
  const parts = [];
  if (n) {
    state("page.bad", "risk", { n });
    parts.push(make("p", "note risk", make("b", "", both("check.problems", { name, n }))));
  } else if (report.signature === "unable") {
    state("page.checked_but", "warn");
    parts.push(make("p", "note warn", make("b", "", both("check.unsigned", { name }))));
  } else {
    state("page.checked", "ok");
    parts.push(make("p", "note ok", make("b", "", both("check.good", { name }))));
  }
  if (report.manifest && report.manifest.is_simulated === true) parts.push(make("p", "note warn", both("check.simulated")));
  parts.push(...doubts(report));
  if (report.manifest && report.story) parts.push(checkList(report));
  if (n) parts.push(problemList(report.found));
  if (report.key) parts.push(whose(report));
  if (report.kind === "folder") parts.push(make("p", "soft small", both("check.folder_note")));
  if (report.ignored.length) {
    parts.push(make("p", "soft small", both("check.ignored", { names: report.ignored.slice(0, 5).join(", ") })));
  }
  parts.push(make("p", "soft small", both(report.isStamped ? "check.time_stamped" : "check.time_grade")));
  el("result").replaceChildren(...parts);
}

// What is no damage but must be asked: another key than this page's, another pack than this page's.
function doubts(report) {
  const found = [];
  if (report.key && !report.chain.includes(DATA.key)) {
    found.push(both("check.other_key", { found: report.key.slice(0, 16), page: DATA.key.slice(0, 16) }));
  }
  const { manifest } = report;
  const mine = DATA.summary;
  if (manifest && (manifest.sealed_at !== mine.sealed_at || manifest.incident.reference !== mine.incident.reference)) {
    const sealed_at = String(manifest.sealed_at).slice(0, 19).replace("T", " ");
    found.push(both("check.other_pack", { reference: manifest.incident.reference, sealed_at: `${sealed_at} UTC` }));
  }
  return found.map((words) => make("p", "note warn", words));
}

function checkList(report) {
  const { marks, manifest, story } = report;
  const list = make("dl", "checks");
  const row = (key, isGood, words) => {
    const sign = isGood === undefined ? make("i", "dash", "–") : isGood ? make("i", "tick", "✓") : make("i", "cross", "✗");
    const wrong = both(isGood === undefined ? "check.not_reached" : "check.wrong");
    list.append(sign, make("dt", "", both(key)), make("dd", "", isGood ? words : wrong));
  };
  const key = (report.key || "").slice(0, 16);
  if (report.signature === "unable") {
    list.append(make("i", "dash", "–"), make("dt", "", both("check.signature")), make("dd", "", both("check.signature_unable")));
  } else row("check.signature", report.signature === "good", both("check.signature_good", { key }));
  row("check.files", marks.files, both("check.files_good", { n: manifest.files.length + SIGNED_LAST.size }));
  row("check.tree", marks.tree, both("check.tree_good", { n: manifest.tree.size, root: manifest.tree.root.slice(0, 16) }));
  const n = story ? story.rows.length : 0;
  row("check.records", marks.records, both("check.records_good", { orders: n, records: story ? story.records : 0 }));
  if (story && (story.pictured || marks.pictures === false)) {
    row("check.pictures", marks.pictures, both("check.pictures_good", { n: story.pictured }));
  }
  row("check.counts", marks.counts, both("check.counts_good", { n }));
  return list;
}

function problemList(found) {
  const list = make("ul", "wrong");
  for (const { path, key, params } of found.listed) {
    list.append(make("li", "", make("span", "mono", path), both(key, params)));
  }
  const left = found.total - found.listed.length;
  if (left) list.append(make("li", "", both("verify_more", { n: left })));
  return make("div", "", make("h3", "", both("check.problem_list")), list);
}

function whose(report) {
  const id = report.key.slice(0, 16);
  const field = make("input", "mono");
  field.id = "told";
  field.maxLength = 64;
  field.autocomplete = "off";
  field.spellcheck = false;
  const label = make("label", "soft small", both("check.told"));
  label.htmlFor = "told";
  const answer = make("p", "");
  answer.setAttribute("role", "status");
  field.addEventListener("input", () => {
    const told = field.value.toLowerCase().replace(/[^0-9a-f]/g, "");
    if (!field.value.trim()) answer.replaceChildren();
    else if (told.length < 16 && id.startsWith(told)) answer.replaceChildren(make("span", "st", both("check.told_short")));
    else if (told.length >= 16 && report.key.startsWith(told)) answer.replaceChildren(make("span", "st ok", both("check.told_same")));
    else if (told.length >= 16 && report.chain.some((key) => key.startsWith(told))) {
      answer.replaceChildren(make("span", "st ok", both("check.told_earlier")));
    }
    else answer.replaceChildren(make("span", "st risk", both("check.told_other")));
  });
  return make(
    "div", "whose", make("h3", "", both("check.whose")), make("p", "soft small", both("check.whose_long")),
    make("p", "mono", id.replace(/(.{4})(?=.)/g, "$1 ")), make("p", "", label, make("br"), field), answer,
  );
}

begin();
