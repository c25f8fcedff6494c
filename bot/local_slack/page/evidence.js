// What was found for a message, and which tools were offered.

import { h } from "./dom.js";
import { bar, capital, chip } from "./widgets.js";

export function findings(list) {
  if (!list?.length) return h("p", { class: "fact muted" }, "Nothing found.");
  return h("ul", { class: "findings" }, list.map(finding));
}

const finding = (one) =>
  h(
    "li",
    { class: "finding" },
    h(
      "div",
      { class: "finding-head" },
      h("strong", {}, capital(one.reason)),
      bar(one.score, "Score", "risk"),
    ),
    h("div", { class: "finding-foot" }, h("code", {}, one.guardrail), h("span", {}, one.risk)),
  );

export function evidence(r, { cited }) {
  return [
    r.query &&
      h(
        "p",
        { class: "fact" },
        h("span", { class: "muted" }, "Searched for "),
        h("q", {}, r.query),
      ),
    r.passages?.length
      ? h(
          "ol",
          { class: "passages" },
          r.passages.map((p, i) => passage(p, i, cited.has(i))),
        )
      : h("p", { class: "fact muted" }, "No passage is near enough."),
    r.suspect?.length ? h("ul", { class: "passages" }, r.suspect.map(suspect)) : null,
    r.withheld?.length ? h("ul", { class: "passages" }, r.withheld.map(withheld)) : null,
  ].filter(Boolean);
}

/** The heading path without the title, which stands before it anyway. */
const below = ({ title, heading }) =>
  (heading ?? "")
    .split(" > ")
    .filter((part) => part && part !== title)
    .join(" › ");

/** A path by its last parts; the whole of it is in the tooltip. */
const source = (path) =>
  h(
    "code",
    { title: path },
    path.length > 48 && path.includes("/") && !path.includes("://")
      ? `…/${path.split("/").slice(-2).join("/")}`
      : path,
  );

const passage = (one, index, isCited) =>
  h(
    "li",
    { class: `passage ${isCited ? "cited" : ""}` },
    h(
      "details",
      {},
      h(
        "summary",
        {},
        h("span", { class: "passage-id" }, `p${index + 1}`),
        h(
          "span",
          { class: "passage-name" },
          h("strong", {}, one.title),
          below(one) && h("span", {}, below(one)),
        ),
        isCited && chip("allow", "cited"),
        bar(one.score, "Score"),
      ),
      h("p", { class: "passage-text" }, one.text),
      h(
        "p",
        { class: "passage-foot" },
        source(one.source),
        ` · similarity ${(one.similarity ?? 0).toFixed(2)}`,
      ),
    ),
  );

const withheld = (one) =>
  flagged(one, chip("block", "held back"), "the model never saw it");

const suspect = (one) =>
  flagged(one, chip("restrict", "only quoted"), "what acts after it asks, with a warning");

const flagged = (one, label, consequence) =>
  h(
    "li",
    { class: "passage held" },
    h(
      "div",
      { class: "held-head" },
      h(
        "span",
        { class: "passage-name" },
        h("strong", {}, one.title),
        below(one) && h("span", {}, below(one)),
      ),
      label,
    ),
    findings(one.verdict?.findings),
    h("p", { class: "passage-foot" }, source(one.source), ` · ${consequence}`),
  );

export function offers(list) {
  if (!list?.length) return h("p", { class: "fact muted" }, "No tool fits, so none is offered.");
  return h(
    "ul",
    { class: "offers" },
    list.map((one) =>
      h(
        "li",
        {},
        h("code", { title: one.title }, one.tool),
        effect(one.effect),
        bar(one.score, "Similarity"),
      ),
    ),
  );
}

const EFFECTS = { read: "reads", write: "writes", egress: "sends out" };
const effect = (name) => h("span", { class: `effect effect-${name}` }, EFFECTS[name] ?? name);
