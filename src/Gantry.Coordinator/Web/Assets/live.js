// Keeps a page true without reloading it: the server says "changed" over server-sent events, the page's main part is
// fetched again and only what differs is touched, so focus, open menus, typed text and scroll positions stay.
export function followPage() {
  const main = document.querySelector("main[data-live], main[data-refresh]");
  if (!main) return;

  let source = null;
  let asked = false;
  let busy = false;
  let closing = 0;

  async function refresh() {
    if (busy) {
      asked = true;
      return;
    }
    busy = true;
    do {
      asked = false;
      try {
        const answer = await fetch(location.href, { headers: { "X-Gantry-Part": "main" }, redirect: "manual" });
        if (answer.ok) {
          const page = new DOMParser().parseFromString(`<main>${await answer.text()}</main>`, "text/html");
          morph(main, page.querySelector("main"));
          document.dispatchEvent(new CustomEvent("gantry:changed"));
        }
      } catch {
        // Out of reach for now: the event source connects again by itself and asks again.
      }
    } while (asked);
    busy = false;
  }

  function open() {
    clearTimeout(closing);
    if (source || !main.dataset.live) return;
    let first = true;
    source = new EventSource(main.dataset.live);
    // The first message only says that the server listens; after a reconnect it means "look again".
    source.onmessage = () => { if (!first || main.dataset.stale) refresh(); first = false; main.dataset.stale = ""; };
    source.onerror = () => { main.dataset.stale = "1"; first = true; };
  }

  // Browsers allow few connections per server: a page nobody sees gives its own back.
  function close() {
    source?.close();
    source = null;
    main.dataset.stale = "1";
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      closing = setTimeout(close, 10000);
    } else {
      open();
    }
  });
  if (main.dataset.refresh) setInterval(() => { if (!document.hidden) refresh(); }, Number(main.dataset.refresh) * 1000);
  open();
}

/** Makes `old` look like `fresh`, reusing elements: by id where there is one, by place and name otherwise. */
export function morph(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) return;
  if (old.dataset.keep !== undefined && old.dataset.keep === fresh.dataset.keep) return;
  attributes(old, fresh);
  const kept = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  let place = old.firstChild;
  for (const next of [...fresh.childNodes]) {
    const match = next.id && kept.get(next.id);
    if (match && match !== place) old.insertBefore(match, place);
    const current = match || place;
    if (current && same(current, next)) {
      if (current.nodeType === Node.ELEMENT_NODE) morph(current, next);
      else if (current.data !== next.data) current.data = next.data;
      place = current.nextSibling;
    } else {
      old.insertBefore(document.adoptNode(next), place);
    }
  }
  while (place) {
    const rest = place.nextSibling;
    place.remove();
    place = rest;
  }
}

function same(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.id ?? "") === (b.id ?? "");
}

function attributes(old, fresh) {
  // What the reader opened or typed is the reader's.
  const own = old.nodeName === "DETAILS" ? ["open"] : old.nodeName === "INPUT" || old.nodeName === "TEXTAREA" ? ["value", "checked"] : old.nodeName === "MAIN" ? ["data-stale", "data-live", "data-refresh", "class", "id", "tabindex"] : [];
  for (const { name } of [...old.attributes])
    if (!fresh.hasAttribute(name) && !own.includes(name) && name !== "data-titled" && !(name === "title" && old.dataset.titled)) old.removeAttribute(name);
  for (const { name, value } of [...fresh.attributes])
    if (old.getAttribute(name) !== value && !own.includes(name)) old.setAttribute(name, value);
}
