// "3 minutes ago" that stays true, and durations that tick. The words are the server's language.
const language = document.documentElement.lang;
const relative = new Intl.RelativeTimeFormat(language, { numeric: "always" });
const full = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" });
const day = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
const units = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function ago(then) {
  const seconds = Math.round((then - Date.now()) / 1000);
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return relative.format(Math.trunc(seconds / size), unit);
}

// As the server writes them: 0:07, 12:30, 1:02:03.
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

function update(root) {
  for (const time of root.querySelectorAll("time[data-ago]")) {
    const then = Date.parse(time.dateTime);
    const text = ago(then);
    if (time.textContent !== text) time.textContent = text;
    if (!time.dataset.titled) {
      time.title = full.format(then);
      time.dataset.titled = "1";
    }
  }
  for (const time of root.querySelectorAll("time[data-at]")) {
    const text = full.format(Date.parse(time.dateTime));
    if (time.textContent !== text) time.textContent = text;
  }
  for (const time of root.querySelectorAll("time[data-day]")) {
    const text = day.format(Date.parse(time.dateTime));
    if (time.textContent !== text) time.textContent = text;
  }
  for (const time of root.querySelectorAll("time[data-since]")) time.textContent = clock((Date.now() - Date.parse(time.dataset.since)) / 1000);
  for (const time of root.querySelectorAll("time[data-until]")) time.textContent = clock((Date.parse(time.dataset.until) - Date.now()) / 1000);
}

export function keepTimes() {
  update(document);
  setInterval(() => { if (!document.hidden) update(document); }, 1000);
  document.addEventListener("gantry:changed", () => update(document));
}
