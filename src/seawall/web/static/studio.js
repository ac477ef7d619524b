/* The script studio while one writes: chips and marks behind the letters, the check after each pause, one request at a
   time, none while the tab is hidden. Without this script the page reads, checks and saves by its form. */
(() => {
  "use strict";
  const form = document.querySelector("[data-studio]");
  if (!form) return;

  const PAUSE = 450;
  const HOLE = /\{[a-z][a-z0-9_]*\}|\{[^{}|\n]{0,60}\|[^{}|\n]{0,60}\}/g;
  // The server counts code points; a text field counts UTF-16 units.
  const unitAt = (text, point) => Array.from(text).slice(0, point).join("").length;

  class Editor {
    constructor(card) {
      this.card = card;
      this.lang = card.dataset.lang;
      this.field = card.querySelector(".ed-text");
      this.back = card.querySelector("[data-back]");
      this.under = card.querySelector("[data-under]");
      this.gloss = card.querySelector("[data-gloss]");
      this.first = [this.field.value, this.gloss.value];
      this.text = this.field.value;
      this.read();
    }

    get changed() {
      return this.field.value !== this.first[0] || this.gloss.value !== this.first[1];
    }

    // Takes the findings that stand below the field.
    read() {
      const text = this.field.value;
      this.text = text;
      this.marks = [...this.under.querySelectorAll(".found:not([data-whole])")].map((found) => ({
        start: unitAt(text, Number(found.dataset.start)), end: unitAt(text, Number(found.dataset.end)),
        tone: found.dataset.tone,
      }));
      this.paint();
    }

    // Marks keep their place while one types before or behind them; one that is written into goes.
    follow() {
      const old = this.text, now = this.field.value;
      const most = Math.min(old.length, now.length);
      let head = 0, tail = 0;
      while (head < most && old[head] === now[head]) head += 1;
      while (tail < most - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
      const by = now.length - old.length, rest = old.length - tail;
      this.marks = this.marks.flatMap((mark) => {
        if (mark.end <= head) return [mark];
        return mark.start >= rest ? [{ ...mark, start: mark.start + by, end: mark.end + by }] : [];
      });
      this.text = now;
      this.under.classList.add("stale");
      this.paint();
    }

    paint() {
      const text = this.text;
      const holes = [...text.matchAll(HOLE)].map((each) => ({ start: each.index, end: each.index + each[0].length }));
      const all = [...holes, ...this.marks];
      const cuts = [...new Set([0, text.length, ...all.flatMap((each) => [each.start, each.end])])].sort((a, b) => a - b);
      const inside = (list, start, end) => list.filter((each) => each.start <= start && end <= each.end);
      const pieces = cuts.slice(1).map((end, place) => {
        const start = cuts[place];
        const piece = document.createElement("span");
        const tones = inside(this.marks, start, end).map((mark) => mark.tone);
        piece.textContent = text.slice(start, end);
        if (inside(holes, start, end).length) piece.className = "hole";
        if (tones.length) piece.className += ` lint${tones.includes("risk") ? "" : " w"}`;
        return piece;
      });
      // A last empty line has a height only when something stands on it.
      this.back.replaceChildren(...pieces, document.createTextNode("\u200b"));
    }

    // As if typed, so that the browser can take it back.
    put(words, start, end) {
      this.field.focus();
      this.field.setSelectionRange(start, end);
      const before = this.field.value;
      const done = words ? document.execCommand("insertText", false, words) : document.execCommand("delete");
      if (!done || (this.field.value === before && words !== before.slice(start, end))) {
        this.field.setRangeText(words, start, end, "end");
        this.field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }

    show(html) {
      const open = [...this.under.querySelectorAll("details")].some((each) => each.open);
      this.under.innerHTML = html;
      this.under.querySelectorAll("details").forEach((each) => { each.open = open; });
      this.under.classList.remove("stale");
      this.read();
      const state = this.under.querySelector("[data-state]");
      this.card.classList.toggle("is-risk", state.dataset.blocked !== "0");
      const copies = [this.card.querySelector("[data-pill]"), document.querySelector(`[data-result="${this.lang}"] [data-pill-copy]`)];
      // Written anew only when it says something else: screen readers tell it.
      copies.filter((each) => each && each.textContent.trim() !== state.textContent.trim())
        .forEach((each) => { each.innerHTML = state.innerHTML; });
    }
  }

  form.classList.add("live");
  const editors = [...form.querySelectorAll(".text-card[data-lang]")].map((card) => new Editor(card));
  const of = (node) => editors.find((each) => node && each.card.contains(node));
  let last = editors[0], leaving = false, timer = 0, isAsking = false;
  const waiting = new Set();

  const dirty = () => form.hasAttribute("data-unsaved") || editors.some((each) => each.changed);
  const save = form.querySelector("[data-save]");
  const judge = () => {
    const blocked = editors.some((each) => each.under.querySelector("[data-state]").dataset.blocked !== "0");
    form.querySelector("[data-blocked-words]").hidden = !blocked;
    save.disabled = blocked || form.hasAttribute("data-waits");
  };
  judge();

  const fault = (kind) => {
    const box = form.querySelector("[data-fault]");
    box.hidden = !kind;
    box.querySelector("[data-fault-away]").hidden = kind !== "away";
    box.querySelector("[data-fault-out]").hidden = kind !== "out";
  };

  async function check() {
    if (isAsking || document.hidden || !waiting.size) return;
    isAsking = true;
    const lang = waiting.values().next().value;
    waiting.delete(lang);
    const editor = editors.find((each) => each.lang === lang);
    const sent = [editor.field.value, editor.gloss.value];
    const body = new URLSearchParams({
      csrfmiddlewaretoken: form.querySelector("[name=csrfmiddlewaretoken]").value, lang,
      step: form.querySelector("[name=step]").value,
      [`text-${lang}`]: sent[0], [`gloss-${lang}`]: sent[1],
    });
    try {
      const answer = await fetch(form.dataset.lint, { method: "POST", body, headers: { "HX-Request": "true" } });
      if (answer.status === 204) fault("out");
      else if (!answer.ok) fault(answer.status === 403 ? "out" : "away");
      else {
        fault("");
        const html = await answer.text();
        if (editor.field.value === sent[0] && editor.gloss.value === sent[1]) editor.show(html);
        judge();
      }
    } catch {
      fault("away");
    } finally {
      isAsking = false;
      if (waiting.size) later(0);
    }
  }
  const later = (pause) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(check, pause);
  };

  form.addEventListener("input", (event) => {
    const editor = of(event.target);
    if (!editor || !event.target.matches("textarea")) return;
    if (event.target === editor.field) editor.follow();
    if (event.isComposing) return;
    waiting.add(editor.lang);
    later(PAUSE);
  });
  form.addEventListener("compositionend", (event) => {
    const editor = of(event.target);
    if (!editor) return;
    waiting.add(editor.lang);
    later(PAUSE);
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) later(0);
  });
  form.addEventListener("focusin", (event) => {
    if (event.target.matches(".ed-text")) last = of(event.target);
  });

  // Places: a press keeps the caret where it is; Alt and a digit put one in without leaving the keys.
  const holes = [...form.querySelectorAll("[data-put]")];
  holes.forEach((hole) => {
    hole.disabled = false;
    hole.addEventListener("pointerdown", (event) => event.preventDefault());
    hole.addEventListener("click", () => last.put(hole.dataset.put, last.field.selectionStart, last.field.selectionEnd));
  });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const digit = /^Digit([1-9])$/.exec(event.code);
    if (event.altKey && !event.ctrlKey && !event.metaKey && digit && event.target.matches(".ed-text")) {
      const hole = holes.find((each) => each.dataset.digit === digit[1]);
      if (hole) {
        event.preventDefault();
        hole.click();
      }
    }
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      if (!save.disabled && !event.repeat) save.click();
    }
  });

  form.addEventListener("click", (event) => {
    const found = event.target.closest(".found");
    const editor = of(found);
    if (!editor) return;
    const at = (point) => unitAt(editor.field.value, Number(point));
    if (event.target.closest("[data-show]")) {
      event.preventDefault();
      editor.field.focus();
      editor.field.setSelectionRange(at(found.dataset.start), at(found.dataset.end));
    }
    const mend = event.target.closest("[data-mend]");
    if (!mend) return;
    event.preventDefault();
    // Findings of a text that has changed since point nowhere: the next check brings them anew.
    if (editor.under.classList.contains("stale")) return;
    editor.put(mend.dataset.words, at(mend.dataset.from), at(mend.dataset.to));
    later(0);
  });

  // A link to a text in the folded part opens it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-result]");
    if (!link) return;
    const card = document.getElementById(`lang-${link.dataset.result}`);
    const fold = card && card.closest("details");
    if (fold) fold.open = true;
  });

  form.addEventListener("submit", () => { leaving = true; });
  window.addEventListener("pageshow", () => { leaving = false; });
  window.addEventListener("beforeunload", (event) => {
    if (leaving || !dirty()) return;
    event.preventDefault();
    event.returnValue = "";
  });
})();
