/* What the console adds to plain pages: keys, live parts that hold still under the pointer, dialogs. No page needs it. */
(() => {
  "use strict";

  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    // Input methods (Chinese, Vietnamese, Thai) send letters while composing: never a command.
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    const wanted = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const found = document.querySelector(`[data-key="${CSS.escape(wanted)}"]`);
    if (!found || found.disabled || event.repeat) return;
    event.preventDefault();
    if (found.matches("input")) found.focus();
    else found.click();
  });

  // A hidden tab asks for nothing; when it comes back, it asks at once.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.target.hasAttribute("data-poll")) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    const poller = document.querySelector("[data-poll]");
    if (!document.hidden && poller && window.htmx) window.htmx.trigger(poller, "refresh");
  });

  // Parts whose rows could move stay as they are while the pointer or the focus is on them.
  const busy = (part) =>
    part.hasAttribute("data-hold") && (part.matches(":hover") || part.contains(document.activeElement));
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const part = event.detail.target;
    if (part && busy(part)) {
      event.detail.shouldSwap = false;
      part.setAttribute("data-held", "");
    }
  });
  document.addEventListener("pointerout", (event) => {
    const part = event.target.closest && event.target.closest("[data-held]");
    if (!part || part.contains(event.relatedTarget)) return;
    const poller = document.querySelector("[data-poll]");
    if (poller && window.htmx) window.htmx.trigger(poller, "refresh");
    part.removeAttribute("data-held");
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const dialog = event.detail.target.closest && event.detail.target.closest("dialog");
    if (dialog && !dialog.open) dialog.showModal();
  });
  document.addEventListener("click", (event) => {
    const closer = event.target.closest("[data-close]");
    if (!closer) return;
    const dialog = closer.closest("dialog");
    if (dialog) {
      event.preventDefault();
      dialog.close();
    }
  });

  // The typed code must match before the button that cannot be taken back works.
  document.addEventListener("input", (event) => {
    const wanted = event.target.getAttribute("data-must-be");
    if (wanted === null) return;
    const button = event.target.form.querySelector("[data-needs-typing]");
    button.disabled = event.target.value.trim().toUpperCase() !== wanted.toUpperCase();
  });
  const armed = () => document.querySelectorAll("[data-needs-typing]").forEach((button) => { button.disabled = true; });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.closest && event.detail.target.closest("dialog")) armed();
  });
  armed();

  // A form is sent once, however often it is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    window.setTimeout(() => delete form.dataset.sent, 5000);
  });

  document.addEventListener("change", (event) => {
    if (event.target.hasAttribute("data-submit")) event.target.form.requestSubmit();
  });
})();
