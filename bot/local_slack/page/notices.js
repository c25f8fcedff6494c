// Telling a person what is wrong: a banner that stays, a note that goes.

import { Gone, Refused } from "./api.js";
import { h } from "./dom.js";

const NOTE_MS = 6000;

/** The server is gone; the page comes back by itself. */
export const showGone = () =>
  banner(
    "gone",
    h("strong", {}, "Sluice has stopped."),
    " Start ",
    h("code", {}, "sluice demo"),
    " again: this page comes back by itself.",
  );

/** The server is there, the bot is not yet. */
export const showStarting = (name) =>
  banner(
    "starting",
    h("strong", {}, `${name} is starting.`),
    " It answers as soon as it is connected; what you write now is kept.",
  );

export const showNothing = () => banner(null);

function banner(kind, ...words) {
  const place = document.getElementById("banner");
  place.hidden = kind === null;
  if (place.dataset.kind === String(kind)) return;
  place.dataset.kind = String(kind);
  place.replaceChildren(...words);
}

let timer = null;

/** Say what went wrong; a server that is gone has its banner. */
export function fail(problem) {
  if (problem instanceof Gone) return;
  // Anything but a refusal is a mistake of this page.
  if (!(problem instanceof Refused)) console.error(problem);
  document.querySelector(".toast")?.remove();
  const toast = h("p", { class: "toast", role: "alert" }, problem.message);
  document.body.append(toast);
  clearTimeout(timer);
  timer = setTimeout(() => toast.remove(), NOTE_MS);
}
