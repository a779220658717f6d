// Small behaviours of every page. Each works on what the server sent; without this file pages still work.
import { followEditor } from "./editor.js";
import { followGraphs } from "./graph.js";
import { followPage } from "./live.js";
import { keepTimes } from "./times.js";

const words = document.documentElement.dataset;

function toast(text) {
  document.querySelector(".toast")?.remove();
  const box = document.createElement("div");
  box.className = "toast";
  box.setAttribute("role", "status");
  box.textContent = text;
  document.body.append(box);
  setTimeout(() => box.remove(), 2500);
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  const text = source ? source.textContent : button.dataset.copyText;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No clipboard outside secure contexts: select the text instead, so that one key press copies it.
    if (!source) return;
    getSelection().selectAllChildren(source);
    if (!document.execCommand("copy")) return;
  }
  toast(words.copied);
}

function nextTheme() {
  const root = document.documentElement;
  const dark = getComputedStyle(root).colorScheme.includes("dark") && !getComputedStyle(root).colorScheme.includes("light")
    ? true
    : root.dataset.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches;
  const theme = dark ? "light" : "dark";
  root.dataset.theme = theme;
  document.cookie = `gantry_theme=${theme}; path=/; max-age=31536000; samesite=lax`;
}

function ask(text, go) {
  const dialog = document.createElement("dialog");
  dialog.className = "ask";
  const question = document.createElement("p");
  question.textContent = text;
  const row = document.createElement("div");
  row.className = "row";
  const no = Object.assign(document.createElement("button"), { className: "button", textContent: words.no });
  const yes = Object.assign(document.createElement("button"), { className: "button main", textContent: words.yes });
  no.addEventListener("click", () => dialog.close());
  yes.addEventListener("click", () => { dialog.close(); go(); });
  dialog.addEventListener("close", () => dialog.remove());
  row.append(no, yes);
  dialog.append(question, row);
  document.body.append(dialog);
  dialog.showModal();
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(except)) menu.open = false;
}

document.addEventListener("click", (event) => {
  closeMenus(event.target);
  const button = event.target.closest("button, a");
  if (!button) return;
  if (button.dataset.copy || button.dataset.copyText) copy(button);
  if (button.dataset.reveal) {
    const box = document.getElementById(button.dataset.reveal);
    const shown = box.dataset.shown === "1";
    box.textContent = shown ? box.dataset.mask : box.dataset.secret;
    box.dataset.shown = shown ? "" : "1";
    button.setAttribute("aria-pressed", String(!shown));
  }
  if (button.dataset.theme === "next") {
    event.preventDefault();
    nextTheme();
  }
  if (button.dataset.addRow) {
    const list = document.getElementById(button.dataset.addRow);
    const row = list.querySelector("template").content.firstElementChild.cloneNode(true);
    list.append(row);
    row.querySelector("input").focus();
  }
  if (button.dataset.dropRow !== undefined) button.closest("fieldset").remove();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  const text = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (text && form.dataset.sure !== "1") {
    event.preventDefault();
    ask(text, () => {
      form.dataset.sure = "1";
      form.requestSubmit(event.submitter);
    });
    return;
  }
  // A second click must not start a second pipeline.
  if (form.method === "post") setTimeout(() => event.submitter?.setAttribute("disabled", ""), 0);
});

document.addEventListener("change", (event) => {
  if (event.target.dataset.submit !== undefined) event.target.form.requestSubmit();
  if (event.target.dataset.goto) location.assign(event.target.dataset.goto + encodeURIComponent(event.target.value));
});

// On narrow screens the tabs scroll: the one that is open is in view.
for (const open of document.querySelectorAll(".tabs [aria-current], .choice [aria-current]"))
  open.scrollIntoView({ block: "nearest", inline: "center" });

keepTimes();
followPage();
followGraphs();
followEditor();
