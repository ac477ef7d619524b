/* The seat desk and the inbox: copying words, a pasted or dropped screenshot. The page works without it. */
(() => {
  "use strict";

  const input = () => document.querySelector("#picture");
  // Only where this script runs: a button that waits for a file. Without it, the form itself asks for one.
  const arm = () => {
    document.querySelectorAll("[data-needs-file]").forEach((button) => {
      const field = document.querySelector(button.dataset.needsFile);
      button.disabled = !field || !field.files.length;
    });
    const field = input();
    const name = document.querySelector("#picture-name");
    if (name) name.textContent = field && field.files.length ? `✓ ${field.files[0].name} · ${Math.ceil(field.files[0].size / 1024)} KB` : "";
  };

  const put = (file) => {
    const field = input();
    if (!field || !file || !file.type.startsWith("image/")) return false;
    const held = new DataTransfer();
    held.items.add(file);
    field.files = held.files;
    arm();
    const button = document.querySelector("[data-needs-file]");
    if (button) button.focus();
    return true;
  };

  // Where the page is not served by https, browsers offer no clipboard: a field is copied from instead.
  const copyTheOldWay = (words) => {
    const field = document.createElement("textarea");
    field.className = "off-screen";
    field.value = words;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  };

  document.addEventListener("change", (event) => { if (event.target.id === "picture") arm(); });
  document.addEventListener("paste", (event) => {
    const files = event.clipboardData ? [...event.clipboardData.files] : [];
    if (files.length && put(files[0])) event.preventDefault();
  });
  document.addEventListener("dragover", (event) => {
    if (event.target.closest && event.target.closest("[data-drop]")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!event.target.closest || !event.target.closest("[data-drop]")) return;
    event.preventDefault();
    put(event.dataTransfer.files[0]);
  });

  // Before the form says that the words were taken, they are: the clipboard first, then the act.
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-copy]");
    if (!button) return;
    const words = document.querySelector(button.dataset.copy).textContent;
    if (navigator.clipboard) navigator.clipboard.writeText(words).catch(() => copyTheOldWay(words));
    else copyTheOldWay(words);
    // Where no form says so afterwards.
    if (button.dataset.copied) {
      button.classList.add("copied");
      button.querySelector("span").textContent = button.dataset.copied;
    }
  });

  document.addEventListener("htmx:afterSwap", arm);
  arm();
})();
