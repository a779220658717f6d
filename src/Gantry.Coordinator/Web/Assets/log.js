// <job-log src>: follows a job's log over server-sent events and shows the part of it that is in view.
import { LogModel } from "./log-model.js";
import { row, element } from "./log-row.js";

const OVERSCAN = 60;

class JobLog extends HTMLElement {
  connectedCallback() {
    this.model = new LogModel();
    this.options = { times: localStorage.getItem("gantry.times") === "1", marked: 0, current: -1 };
    this.offset = 0;
    this.complete = false;
    this.live = this.dataset.running === "yes";
    this.build();
    this.setFollow(this.live && !location.hash.startsWith("#L"), false);
    this.mark();
    this.connect();
    this.resizing = new ResizeObserver(() => this.resize());
    this.resizing.observe(this.view);
    addEventListener("hashchange", this.onhash = () => this.mark());
    document.addEventListener("visibilitychange", this.onvisible = () => this.visible());
  }

  disconnectedCallback() {
    this.source.close();
    this.resizing.disconnect();
    removeEventListener("hashchange", this.onhash);
    document.removeEventListener("visibilitychange", this.onvisible);
    this.view.remove();
    this.model = null;
    this.measured = this.frame = null;
  }

  // The server wrote the bar; the view is ours.
  build() {
    this.view = element("div", "log-view");
    this.view.setAttribute("role", "log");
    // The window of shown lines moves as one scrolls: announcing that would read the log at random.
    this.view.setAttribute("aria-live", "off");
    this.view.setAttribute("aria-label", this.dataset.label);
    this.view.tabIndex = 0;
    this.space = element("div", "log-space");
    this.window = element("div", "log-window");
    this.more = element("div", "log-more");
    this.more.append(element("i"), element("i"), element("i"));
    this.more.hidden = !this.live;
    this.space.append(this.window);
    this.view.append(this.space, this.more);
    this.append(this.view);
    this.view.addEventListener("scroll", () => this.onscroll(), { passive: true });
    this.view.addEventListener("click", (event) => this.onclick(event));
    this.view.addEventListener("keydown", (event) => {
      if ((event.key === "Enter" || event.key === " ") && event.target.dataset.section) {
        event.preventDefault();
        this.toggle(Number(event.target.dataset.section), true);
      }
    });

    this.input = this.querySelector("input");
    this.found = this.querySelector(".log-count");
    this.size = this.querySelector(".log-size");
    this.act("times").setAttribute("aria-pressed", this.options.times);
    if (this.built) return;
    this.built = true;
    const acts = {
      previous: () => this.find(-1),
      next: () => this.find(1),
      failure: () => this.nextFailure(),
      times: () => this.toggleTimes(),
      follow: () => this.setFollow(!this.follow, true),
      top: () => this.scrollTo(0),
      bottom: () => { this.setFollow(this.live, false); this.toBottom(); },
      full: () => (document.fullscreenElement ? document.exitFullscreen() : this.requestFullscreen()),
    };
    for (const [name, act] of Object.entries(acts)) this.act(name).addEventListener("click", act);
    this.input.addEventListener("input", () => { this.matches = null; this.options.current = -1; this.highlight(); this.found.textContent = ""; });
    this.input.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); this.find(event.shiftKey ? -1 : 1); } });
  }

  act(name) {
    return this.querySelector(`[data-act="${name}"]`);
  }

  connect() {
    this.source = new EventSource(`${this.getAttribute("src")}?offset=${this.offset}`);
    this.source.onmessage = (event) => this.take(JSON.parse(event.data));
    // The address holds the offset, so a lost connection is opened anew instead of by the browser.
    this.source.onerror = () => {
      this.source.close();
      if (!this.complete) setTimeout(() => { if (this.model && !document.hidden) this.connect(); }, 2000);
    };
  }

  visible() {
    if (document.hidden) {
      clearTimeout(this.hiding);
      this.hiding = setTimeout(() => { if (document.hidden) this.source?.close(); }, 10000);
    } else if (!this.complete && this.source.readyState === EventSource.CLOSED) {
      this.connect();
    }
  }

  take(batch) {
    this.model.take(batch);
    this.offset = batch.offset;
    this.matches = null;
    if (batch.complete) {
      this.complete = true;
      this.source.close();
      this.more.hidden = true;
      this.act("follow").hidden = true;
    }
    this.schedule();
  }

  // Many batches may arrive within one frame: the screen is written once.
  schedule() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (!this.model) return;
      this.size.textContent = bytes(this.offset);
      this.place();
      if (this.wanted && this.model.count >= this.wanted) {
        this.show(this.wanted - 1);
        this.wanted = 0;
      }
      if (this.follow) this.toBottom();
      this.render(true);
      if (this.complete) this.follow = false;
    });
  }

  rowHeight() {
    if (!this.height) {
      this.height = parseFloat(getComputedStyle(this.view).lineHeight);
    }
    return this.height;
  }

  place() {
    if (!this.measured) this.resize();
    this.space.style.height = `${this.model.totalRows * this.rowHeight()}px`;
  }

  // How many characters fit beside the gutter; every line's rows follow from it.
  resize() {
    const probe = row({ content: ["0".repeat(40)], time: [0], section: [0], header: [0], sections: new Map(), collapsed: new Set(), depth: () => 0 }, 0, this.options);
    probe.style.visibility = "hidden";
    this.window.append(probe);
    const text = probe.querySelector(".log-text");
    const range = document.createRange();
    range.selectNodeContents(text);
    const one = text.firstChild ? measureOne(range, text.firstChild) : 8;
    const columns = Math.max(10, Math.floor(text.getBoundingClientRect().width / one + 0.01));
    probe.remove();
    this.height = 0;
    this.measured = true;
    if (columns === this.model.columns) return;
    const top = this.model.count ? this.model.lineAt(Math.floor(this.view.scrollTop / this.rowHeight())).line : 0;
    this.model.columns = columns;
    this.model.measureAll();
    this.place();
    if (this.follow) this.toBottom();
    else if (this.view.scrollTop > 0) this.view.scrollTop = this.model.rowOf(top) * this.rowHeight();
    this.render(true);
  }

  render(force) {
    const model = this.model;
    const height = this.rowHeight();
    const first = model.lineAt(Math.max(0, Math.floor(this.view.scrollTop / height) - OVERSCAN));
    const last = model.lineAt(Math.ceil((this.view.scrollTop + this.view.clientHeight) / height) + OVERSCAN).line;
    if (!force && this.shown && this.shown[0] === first.line && this.shown[1] === last) return;
    this.shown = [first.line, last];
    const focused = this.window.contains(document.activeElement) ? document.activeElement.closest(".log-line")?.dataset.line : null;
    const rows = document.createDocumentFragment();
    for (let i = first.line; i <= last && i < model.count; i++)
      if (model.rows[i] > 0) rows.append(row(model, i, this.options));
    this.window.replaceChildren(rows);
    this.window.style.transform = `translateY(${first.start * height}px)`;
    if (focused) this.window.querySelector(`[data-line="${focused}"][tabindex]`)?.focus({ preventScroll: true });
    this.correct(height);
    this.highlight();
  }

  // The estimate of a line's rows may be off for unusual characters: what is on screen knows better.
  correct(height) {
    let changed = false;
    for (const line of this.window.children) {
      const i = Number(line.dataset.line) - 1;
      const rows = Math.max(1, Math.round(line.offsetHeight / height));
      if (rows !== this.model.rows[i]) {
        this.model.setRows(i, rows);
        changed = true;
      }
    }
    if (changed) this.place();
    if (changed && this.follow) this.toBottom();
  }

  onscroll() {
    const bottom = this.view.scrollHeight - this.view.clientHeight - this.view.scrollTop < 40;
    if (this.steered) this.steered = false;
    else if (this.live && !this.complete) this.setFollow(bottom, false);
    this.scrolling ??= requestAnimationFrame(() => { this.scrolling = null; if (this.model) this.render(false); });
  }

  onclick(event) {
    if (event.target.closest("a[target]")) return;
    const number = event.target.closest(".log-number");
    if (number) return;
    const line = event.target.closest("[data-section]");
    if (line && getSelection().isCollapsed) this.toggle(Number(line.dataset.section));
  }

  toggle(id, keyboard) {
    this.model.toggle(id);
    this.setFollow(false, false);
    this.place();
    this.render(true);
    if (keyboard) this.window.querySelector(`[data-section="${id}"]`)?.focus({ preventScroll: true });
  }

  toggleTimes() {
    this.options.times = !this.options.times;
    localStorage.setItem("gantry.times", this.options.times ? "1" : "0");
    this.act("times").setAttribute("aria-pressed", this.options.times);
    this.resize();
    this.render(true);
  }

  setFollow(follow, jump) {
    this.follow = follow;
    this.act("follow").setAttribute("aria-pressed", follow);
    if (follow && jump) this.toBottom();
  }

  toBottom() {
    this.steered = this.view.scrollTop + this.view.clientHeight < this.view.scrollHeight - 1;
    this.view.scrollTop = this.view.scrollHeight;
  }

  scrollTo(top) {
    this.setFollow(false, false);
    this.view.scrollTop = top;
  }

  mark() {
    const line = /^#L(\d+)$/.exec(location.hash);
    this.options.marked = line ? Number(line[1]) : 0;
    if (!line) return;
    this.follow = false;
    if (this.model.count >= this.options.marked) this.show(this.options.marked - 1);
    else this.wanted = this.options.marked;
    this.schedule();
  }

  show(i) {
    this.setFollow(false, false);
    this.model.reveal(i);
    this.place();
    const top = this.model.rowOf(i) * this.rowHeight();
    const margin = this.view.clientHeight / 3;
    if (top < this.view.scrollTop || top > this.view.scrollTop + this.view.clientHeight - 2 * this.rowHeight()) {
      this.steered = true;
      this.view.scrollTop = Math.max(0, top - margin);
    }
    this.render(true);
    this.scrollIntoView({ block: "nearest" });
  }

  find(step) {
    const text = this.input.value.toLowerCase();
    if (!text) return;
    if (!this.matches || this.matches.text !== text) {
      const lines = [];
      for (let i = 0; i < this.model.count; i++) if (this.model.text(i).toLowerCase().includes(text)) lines.push(i);
      this.matches = { text, lines, at: -1 };
    }
    const { lines } = this.matches;
    if (lines.length === 0) {
      this.found.textContent = this.dataset.nothing;
      return;
    }
    if (this.matches.at < 0 && this.options.current >= 0) this.matches.at = lines.findLastIndex((i) => i <= this.options.current);
    this.matches.at = (this.matches.at + step + lines.length) % lines.length;
    if (this.matches.at === -1) this.matches.at = lines.length - 1;
    this.options.current = lines[this.matches.at];
    this.found.textContent = `${this.matches.at + 1}/${lines.length}`;
    this.show(this.options.current);
  }

  nextFailure() {
    const count = this.model.count;
    for (let k = 1; k <= count; k++) {
      const i = (this.options.current + k + count) % count;
      if (this.model.failed(i)) {
        this.options.current = i;
        this.found.textContent = "";
        this.show(i);
        return;
      }
    }
    this.found.textContent = this.dataset.nothing;
  }

  highlight() {
    if (!CSS.highlights) return;
    CSS.highlights.delete("log-found");
    const text = this.input.value.toLowerCase();
    if (!text) return;
    const ranges = [];
    const walker = document.createTreeWalker(this.window, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (!node.parentElement.closest(".log-text")) continue;
      const lower = node.data.toLowerCase();
      for (let at = lower.indexOf(text); at >= 0; at = lower.indexOf(text, at + text.length)) {
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, Math.min(node.length, at + text.length));
        ranges.push(range);
      }
    }
    CSS.highlights.set("log-found", new Highlight(...ranges));
  }
}

function measureOne(range, node) {
  range.setStart(node, 0);
  range.setEnd(node, Math.min(5, node.length));
  return range.getBoundingClientRect().width / Math.min(5, node.length) || 8;
}

function bytes(count) {
  if (count < 1024) return `${count} B`;
  if (count < 1048576) return `${(count / 1024).toFixed(1)} KiB`;
  return `${(count / 1048576).toFixed(1)} MiB`;
}

customElements.define("job-log", JobLog);
