// The page's two languages, and the small builders of what it shows. Whatever comes from the pack becomes text, never
// markup: nothing here takes HTML.

const WORDS = JSON.parse(document.getElementById("words").textContent);
const DATA = JSON.parse(document.getElementById("data").textContent);
const NUMBER = new Intl.NumberFormat("en-US");

const number = (n) => NUMBER.format(n);
const language = () => document.documentElement.dataset.lang;

function filled(sentence, params) {
  return sentence.replace(/\{(\w+)\}/g, (blank, name) => {
    const value = params[name];
    if (value === undefined) return blank;
    return typeof value === "number" ? number(value) : String(value);
  });
}

// A sentence in the language that is shown now: for attributes and options, which are made anew on a switch.
function plain(key, params = {}) {
  const [zh, en] = WORDS[key] || [key, key];
  return filled(language() === "zh" ? zh : en, params);
}

function make(tag, looks = "", ...parts) {
  const found = document.createElement(tag);
  if (looks) found.className = looks;
  found.append(...parts.filter((part) => part !== null && part !== undefined && part !== ""));
  return found;
}

// A sentence in both languages; the style shows one of them.
function both(key, params = {}) {
  const found = document.createDocumentFragment();
  const words = WORDS[key] || [key, key];
  [["z", "zh-Hans"], ["e", "en"]].forEach(([looks, lang], place) => {
    const span = make("span", looks, filled(words[place], params));
    span.lang = lang;
    found.append(span);
  });
  return found;
}

// Words from outside, kept from turning the line around them.
function outside(text, looks = "") {
  const found = make("bdi", looks, String(text));
  found.dir = "auto";
  return found;
}

function pairs(rows) {
  const list = make("dl", "kv");
  for (const [key, value] of rows) {
    if (value === null || value === undefined || value === "") continue;
    list.append(make("dt", "", both(key)), make("dd", "", value));
  }
  return list;
}

function button(key, looks, act, params = {}) {
  const found = make("button", looks, both(key, params));
  found.type = "button";
  found.addEventListener("click", act);
  return found;
}

const two = (n) => String(n).padStart(2, "0");

// An instant of the pack (UTC) by the clock of a market, to the second; the exact one in the title.
function when(instant, market) {
  if (!instant) return null;
  const [zone, minutes] = DATA.zones[market] || ["UTC", 0];
  const at = new Date(Date.parse(instant.slice(0, 23) + "Z") + minutes * 60000);
  if (Number.isNaN(at.getTime())) return outside(instant);
  const day = `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
  const found = make("time", "num", `${day} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`);
  found.dateTime = instant;
  found.title = `${instant} · ${zone}`;
  return found;
}

function zoneName(market) {
  const [zone, minutes] = DATA.zones[market] || ["UTC", 0];
  const hours = Math.abs(minutes) / 60;
  return `${zone} (UTC${minutes < 0 ? "−" : "+"}${hours})`;
}

const titleOf = (platform) => DATA.platforms[platform] || platform;

function mark(platform, market) {
  const title = titleOf(platform);
  const letter = title.slice(0, 1);
  const looks = ["S", "L", "T"].includes(letter) ? `pf ${letter.toLowerCase()}` : "pf t";
  const tile = make("b", looks, letter);
  tile.title = title;
  return make("span", "", tile, " ", market);
}

const TONES = {
  answered: "ok", read: "ok", confirmed: "run", acknowledged: "run", sent_by_hand: "run", claimed: "run", unknown: "warn",
  needs_person: "warn", blocked: "risk", rejected: "risk",
};

function pill(group, name) {
  const key = group === "grade" ? `grade_name_${name}` : `outcomes.${name}`;
  // As a grade, a message that the platform only took is no proof that the buyer has it.
  const tone = group === "grade" && name === "acknowledged" ? "warn" : TONES[name] || "";
  return make("span", `st ${tone}`, WORDS[key] ? both(key) : outside(name));
}
