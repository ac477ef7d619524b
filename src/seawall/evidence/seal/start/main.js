// The page comes to life: language, search, one order, and the checks of a pack that is handed over.

const el = (id) => document.getElementById(id);
const FIRST = 60;
let source = null;
let places = [];
let listed = 0;
let chosen = -1;

function speak(wanted) {
  document.documentElement.dataset.lang = wanted;
  document.documentElement.lang = wanted === "zh" ? "zh-Hans" : "en";
  el("language").textContent = plain("page.switch");
  for (const field of document.querySelectorAll("[data-hint]")) field.placeholder = plain(field.dataset.hint);
  for (const field of document.querySelectorAll("[data-label]")) field.setAttribute("aria-label", plain(field.dataset.label));
  fillChoices();
}

function fillChoices() {
  const { outcomes, grades } = DATA.summary.counts;
  fill(el("by-outcome"), "find.outcome", outcomes, (name) => `outcomes.${name}`);
  fill(el("by-grade"), "find.grade", grades, (name) => `grade_name_${name}`);
}

function fill(select, all, numbers, keyOfName) {
  const kept = select.value;
  select.replaceChildren(new Option(plain(all), ""));
  for (const [name, n] of Object.entries(numbers)) {
    if (!n) continue;
    const words = WORDS[keyOfName(name)] ? plain(keyOfName(name)) : name;
    select.add(new Option(`${words} · ${number(n)}`, name));
  }
  select.value = kept;
}

function search() {
  if (!source) return;
  places = matching(source.rows, el("query").value, el("by-outcome").value, el("by-grade").value);
  listed = 0;
  el("list").replaceChildren();
  listMore();
  if (!places.length) el("list").append(make("p", "empty", both("find.none")));
}

function listMore() {
  const more = el("list").querySelector(".more");
  if (more) more.remove();
  const until = Math.min(places.length, listed + FIRST);
  const rows = document.createDocumentFragment();
  for (; listed < until; listed += 1) rows.append(listRow(places[listed]));
  el("list").append(rows);
  const key = listed < places.length ? "find.first" : "find.found";
  el("found").replaceChildren(both(key, { n: places.length, shown: listed }));
  if (listed < places.length) {
    el("list").append(button("find.more", "btn more", listMore, { n: Math.min(FIRST, places.length - listed) }));
  }
}

function listRow(place) {
  const row = source.rows[place];
  const [platform, market, , name] = row.shop || ["", "", "", ""];
  const label = make("span", "", marked(row.order_id, el("query").value.trim()), make("small", "cut", mark(platform, market), " ", outside(name)));
  const found = make("button", "li", label, pill("outcome", row.outcome));
  found.type = "button";
  found.dataset.place = place;
  if (place === chosen) found.setAttribute("aria-current", "true");
  found.addEventListener("click", () => show(place));
  return found;
}

function marked(order_id, query) {
  const found = outside("", "mono");
  const at = query ? order_id.toLowerCase().indexOf(query.toLowerCase()) : -1;
  if (at < 0) found.append(order_id);
  else {
    const end = at + query.length;
    found.append(order_id.slice(0, at), make("mark", "", order_id.slice(at, end)), order_id.slice(end));
  }
  return found;
}

async function show(place) {
  chosen = place;
  for (const row of el("list").querySelectorAll(".li")) {
    if (Number(row.dataset.place) === place) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
  const from = source;
  let content;
  try {
    const back = button("find.back", "btn back", () => el("tools").scrollIntoView());
    content = shownOrder(await from.entry(place), from, back);
  } catch (broken) {
    const key = broken instanceof Gone ? broken.key : "check.unreadable";
    content = make("p", "note risk", both(key, broken.params || { why: String(broken.message) }));
  }
  if (chosen !== place || from !== source) return;
  el("shown").replaceChildren(content);
  if (window.matchMedia("(max-width: 820px)").matches) el("shown").scrollIntoView();
}

function use(next) {
  if (source && source.close) source.close();
  source = next;
  chosen = -1;
  el("source").replaceChildren(next.label());
  el("shown").replaceChildren(make("p", "empty", both("find.choose")));
  recount();
  search();
}

// The tables above were written when the pack was sealed; here they are counted again.
function recount() {
  const counts = { outcome: {}, grade: {} };
  for (const row of source.rows) {
    for (const kind of ["outcome", "grade"]) counts[kind][row[kind]] = (counts[kind][row[kind]] || 0) + 1;
  }
  const said = DATA.summary.counts;
  const same = sameCounts(counts.outcome, said.outcomes) && sameCounts(counts.grade, said.grades);
  el("counted").replaceChildren(both(same ? "find.counted" : "find.miscounted", { n: source.rows.length }));
  el("counted").className = same ? "soft small" : "note risk";
}

async function begin() {
  speak((navigator.language || "").toLowerCase().startsWith("zh") ? "zh" : "en");
  el("language").addEventListener("click", () => speak(language() === "zh" ? "en" : "zh"));
  el("print").addEventListener("click", () => window.print());
  el("tools").addEventListener("submit", (event) => {
    event.preventDefault();
    if (places.length) show(places[0]);
  });
  el("query").addEventListener("input", search);
  el("by-outcome").addEventListener("change", search);
  el("by-grade").addEventListener("change", search);
  for (const kind of ["outcome", "grade"]) {
    for (const count of document.querySelectorAll(`[data-${kind}]`)) {
      count.addEventListener("click", () => only(kind, count.dataset[kind]));
    }
  }
  document.addEventListener("keydown", keys);
  watchForPacks();
  el("list").replaceChildren(make("p", "empty", both("find.loading")));
  const beside = await Beside.open();
  if (source) return;
  if (beside) use(beside);
  else el("list").replaceChildren(make("p", "empty", both("find.away")));
}

function only(kind, name) {
  el("query").value = "";
  el("by-outcome").value = kind === "outcome" ? name : "";
  el("by-grade").value = kind === "grade" ? name : "";
  search();
  el("find").scrollIntoView();
}

function keys(event) {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = event.target.closest("input, select, textarea");
  if (event.key === "/" && !isTyping) {
    event.preventDefault();
    el("query").focus();
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const rows = [...el("list").querySelectorAll(".li")];
  if (!rows.length || (isTyping && event.target !== el("query")) || !el("find").contains(event.target)) return;
  event.preventDefault();
  const at = rows.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  if (at < 0) el("query").focus();
  else rows[Math.min(at, rows.length - 1)].focus();
}
