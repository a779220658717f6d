// One line of the log as elements. Text only ever enters as text nodes; links only with http and https.
import { clock } from "./times.js";

const two = (n) => String(n).padStart(2, "0");

export function row(model, i, options) {
  const line = element("div", "log-line");
  line.dataset.line = i + 1;
  if (options.marked === i + 1) line.classList.add("marked");
  if (options.current === i) line.classList.add("current");

  const number = element("a", "log-number");
  number.id = `L${i + 1}`;
  number.href = `#L${i + 1}`;
  number.textContent = i + 1;
  line.append(number);
  if (options.times) line.append(time(model.time[i]));

  const text = element("span", "log-text");
  const section = model.header[i] ? model.sections.get(model.header[i]) : null;
  const depth = model.depth(i);
  if (depth > 1) text.style.paddingLeft = `${Math.min(depth - 1, 6)}ch`;
  const content = model.content[i];
  if (typeof content === "string") text.textContent = content;
  else for (const part of content) text.append(segment(part));

  if (section) {
    const open = !model.collapsed.has(section.id);
    line.setAttribute("role", "button");
    line.setAttribute("aria-expanded", String(open));
    line.tabIndex = 0;
    line.dataset.section = section.id;
    line.append(element("span", "log-chevron"), text);
    if (!section.hideDuration && section.end) {
      const took = element("span", "log-took");
      took.textContent = clock(section.end - section.start);
      line.append(took);
    }
  } else {
    line.append(text);
  }
  return line;
}

function time(at) {
  const box = element("time", "log-time");
  if (at) {
    const date = new Date(at);
    box.dateTime = date.toISOString();
    box.title = date.toISOString();
    box.textContent = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  }
  return box;
}

function segment(part) {
  if (typeof part === "string") return part;
  const [text, classes, link, front, back] = part;
  const box = element(link ? "a" : "span", classes);
  box.textContent = text;
  if (link && /^https?:\/\//i.test(link)) {
    box.href = link;
    box.rel = "nofollow noopener noreferrer";
    box.target = "_blank";
  }
  if (front) box.style.color = front;
  if (back) box.style.backgroundColor = back;
  return box;
}

export function element(name, className) {
  const box = document.createElement(name);
  if (className) box.className = className;
  return box;
}
