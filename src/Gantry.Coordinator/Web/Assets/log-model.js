// The lines and sections of a log, and which rows they take on the screen. Holds hundreds of thousands of lines:
// numbers sit in plain arrays, a line's text is one string unless it has colours or links.
const BLOCK = 256;

export class LogModel {
  constructor() {
    this.content = [];      // string, or array of segments
    this.time = [];
    this.section = [];
    this.header = [];
    this.error = [];
    this.sections = new Map();
    this.collapsed = new Set();
    this.rows = [];         // rows a line takes; 0 when hidden
    this.blocks = [];       // sums of rows, BLOCK lines each
    this.totalRows = 0;
    this.columns = 80;
  }

  get count() { return this.content.length; }

  take(batch) {
    for (const section of batch.sections ?? []) {
      if (!this.sections.has(section.id) && section.collapsed) this.collapsed.add(section.id);
      this.sections.set(section.id, section);
    }
    for (const line of batch.lines) {
      const i = line.n - 1;
      const c = line.c ?? [];
      this.content[i] = c.length === 0 ? "" : c.length === 1 && typeof c[0] === "string" ? c[0] : c;
      this.time[i] = line.t ?? 0;
      this.section[i] = line.s ?? 0;
      this.header[i] = line.h ?? 0;
      this.error[i] = line.e ?? 0;
      this.setRows(i, this.measure(i));
    }
    for (let i = this.count - 1; i >= batch.count; i--) {
      this.setRows(i, 0);
      for (const list of [this.content, this.time, this.section, this.header, this.error, this.rows]) list.pop();
    }
  }

  text(i) {
    const content = this.content[i];
    return typeof content === "string" ? content : content.map((part) => (typeof part === "string" ? part : part[0])).join("");
  }

  hidden(i) {
    for (let id = this.section[i]; id; id = this.sections.get(id)?.parent ?? 0)
      if (this.collapsed.has(id)) return true;
    return false;
  }

  depth(i) {
    let depth = 0;
    for (let id = this.section[i]; id; id = this.sections.get(id)?.parent ?? 0) depth++;
    return depth;
  }

  // An estimate that is exact for characters of one and two columns; what is on screen is measured and put right.
  measure(i) {
    if (this.hidden(i)) return 0;
    const text = this.text(i);
    if (text.length * 2 <= this.columns) return 1;
    let width = 0;
    for (let k = 0; k < text.length; k++) {
      const code = text.charCodeAt(k);
      width += code < 0x1100 ? (code === 9 ? 8 - (width % 8) : 1) : code >= 0xdc00 && code <= 0xdfff ? 0 : 2;
    }
    return Math.max(1, Math.ceil(width / this.columns));
  }

  setRows(i, rows) {
    const change = rows - (this.rows[i] ?? 0);
    this.rows[i] = rows;
    if (change === 0) return;
    const block = Math.floor(i / BLOCK);
    this.blocks[block] = (this.blocks[block] ?? 0) + change;
    this.totalRows += change;
  }

  measureAll() {
    this.blocks = [];
    this.totalRows = 0;
    this.rows = new Array(this.count).fill(0);
    for (let i = 0; i < this.count; i++) this.setRows(i, this.measure(i));
  }

  /** The line that covers a row, and the row it begins at. */
  lineAt(row) {
    let block = 0;
    let start = 0;
    while (block < this.blocks.length - 1 && start + (this.blocks[block] ?? 0) <= row) start += this.blocks[block++] ?? 0;
    let i = block * BLOCK;
    while (i < this.count - 1 && start + this.rows[i] <= row) start += this.rows[i++];
    return { line: i, start };
  }

  rowOf(i) {
    let start = 0;
    const block = Math.floor(i / BLOCK);
    for (let b = 0; b < block; b++) start += this.blocks[b] ?? 0;
    for (let k = block * BLOCK; k < i; k++) start += this.rows[k];
    return start;
  }

  toggle(id) {
    if (!this.collapsed.delete(id)) this.collapsed.add(id);
    this.measureAll();
  }

  /** Opens every section around a line. */
  reveal(i) {
    let changed = false;
    for (let id = this.section[i]; id; id = this.sections.get(id)?.parent ?? 0) changed = this.collapsed.delete(id) || changed;
    if (changed) this.measureAll();
  }

  failed(i) {
    const content = this.content[i];
    return typeof content !== "string" && content.some((part) => typeof part !== "string" && /(^| )term-fg-(l-)?red( |$)/.test(part[1]));
  }
}
