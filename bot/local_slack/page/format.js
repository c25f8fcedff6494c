// Times and numbers as people read them.

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const clockWithSeconds = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const count = new Intl.NumberFormat(undefined);

const dateOf = (ts) => new Date(Number.parseFloat(ts) * 1000);

export const timeOf = (ts) => clock.format(dateOf(ts));
export const isoOf = (ts) => dateOf(ts).toISOString();
export const preciseTime = (iso) => clockWithSeconds.format(new Date(iso));
export const number = (value) => count.format(value);

export function dayOf(ts) {
  const date = dateOf(ts);
  return date.toDateString() === new Date().toDateString() ? "Today" : day.format(date);
}

/** "0.4 ms", "38 ms", "1.2 s": two or three digits are all that a glance takes in. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 0.001) return "<1 ms";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  return `${seconds < 10 ? seconds.toFixed(2) : Math.round(seconds)} s`;
}

export const plural = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;
