// Small things of which the flow panel is made.

import { h } from "./dom.js";

/** A small label in the colour of a state: allow, restrict, block or idle. */
export const chip = (state, ...words) => h("span", { class: `chip chip-${state}` }, words);

/** A bar for a score from 0 to 1, with the number beside it. */
export const bar = (score, label, kind = "") =>
  h(
    "span",
    { class: `score ${kind}` },
    h("meter", { min: 0, max: 1, value: Math.max(0, Math.min(1, score)), "aria-label": label }),
    h("output", {}, score.toFixed(2)),
  );

export const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

/** Text as the JSON it is, or as it is. */
export const parse = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** A fold with a value as JSON, or as it is where it is text. */
export const json = (value, title, open = false) =>
  h(
    "details",
    { class: "fold", open },
    h("summary", {}, title),
    h("pre", { tabindex: 0 }, typeof value === "string" ? value : JSON.stringify(value, null, 2)),
  );
