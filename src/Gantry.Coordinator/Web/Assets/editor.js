// The editor of the CI configuration: checked while one types, without a reload; Tab indents, and leaves after Escape.
import { morph } from "./live.js";

const PAUSE = 350;

export function followEditor() {
  const form = document.querySelector("form[data-editor]");
  if (!form) return;
  const area = form.querySelector("textarea");
  let timer = 0;
  let round = 0;

  async function check() {
    const mine = ++round;
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Gantry-Part": "answer" } });
      const text = await answer.text();
      if (!answer.ok || mine !== round) return;
      const fresh = new DOMParser().parseFromString(text, "text/html").getElementById(form.dataset.editor);
      if (fresh) morph(document.getElementById(form.dataset.editor), fresh);
    } catch {
      // Out of reach for now; the next key asks again.
    }
  }

  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE);
  });
  let leave = false;
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave = true;
    if (event.key !== "Tab" || event.shiftKey || event.ctrlKey || event.altKey || leave) {
      if (event.key !== "Escape") leave = false;
      return;
    }
    event.preventDefault();
    area.setRangeText("  ", area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input"));
  });
  // What was typed is not lost by accident.
  const before = area.value;
  let sent = false;
  form.addEventListener("submit", () => { sent = true; });
  addEventListener("beforeunload", (event) => { if (!sent && area.value !== before) event.preventDefault(); });
  if (area.value.trim()) check();
}
