// What the model decided, what policy and tools made of it, and how the draft was checked.

import { h } from "./dom.js";
import { number, plural } from "./format.js";
import { icon } from "./icons.js";
import { findings } from "./evidence.js";
import { capital, chip, json, parse } from "./widgets.js";

export function decision(r) {
  const used = r.usage ?? {};
  const tokens = (used.input_tokens ?? 0) + (used.output_tokens ?? 0);
  return [
    h(
      "p",
      { class: "fact" },
      h("strong", {}, r.author === "extractive" ? "Without a model" : r.author),
      tokens > 0 &&
        h(
          "span",
          { class: "muted" },
          ` · ${number(used.input_tokens)} tokens in, ${number(used.output_tokens)} out`,
        ),
    ),
    r.degraded && h("p", { class: "problem" }, r.degraded),
    r.problem && h("p", { class: "problem" }, r.problem),
    ...(r.calls ?? []).map(call),
    r.draft && draft(r.draft),
  ].filter(Boolean);
}

function call(one) {
  return h(
    "div",
    { class: "call" },
    h("code", {}, one.name),
    h("dl", {}, argumentsOf(one.arguments)),
  );
}

function argumentsOf(text) {
  let parsed;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [h("dt", {}, "arguments"), h("dd", {}, text)];
  }
  if (parsed === null || typeof parsed !== "object")
    return [h("dt", {}, "arguments"), h("dd", {}, text)];
  return Object.entries(parsed).map(([name, value]) => [
    h("dt", {}, name),
    h("dd", {}, typeof value === "string" ? value : JSON.stringify(value)),
  ]);
}

const draft = (one) =>
  h(
    "details",
    { class: "fold" },
    h("summary", {}, `Draft: ${one.status}, ${plural(one.citations.length, "quote")}`),
    h("p", { class: "passage-text" }, one.text),
    h(
      "ul",
      { class: "quotes" },
      one.citations.map((c) =>
        h("li", {}, h("span", { class: "passage-id" }, c.source_id), h("q", {}, c.quote)),
      ),
    ),
  );

export const ruling = (one) => [
  h(
    "p",
    { class: "fact" },
    one.call && [h("code", {}, one.call.name), " "],
    sentence(one.reason),
    h("span", { class: "muted" }, " Rule: ", h("code", {}, one.rule)),
  ),
  one.card?.arguments.length
    ? h("dl", { class: "origins" }, one.card.arguments.map(argument))
    : null,
];

const sentence = (words) => `${capital(words).replace(/\.$/, "")}.`;

// Where each value comes from is what a person has to judge before they say yes.
const argument = (one) => [
  h("dt", {}, one.name),
  h(
    "dd",
    {},
    one.value,
    " ",
    chip(ORIGIN_STATE[one.origin] ?? "idle", ORIGINS[one.origin] ?? one.origin),
  ),
];

const ORIGINS = {
  requester: "from the person",
  document: "from a document",
  tool: "from a tool",
  model: "the model's words",
};
const ORIGIN_STATE = {
  requester: "allow",
  document: "restrict",
  tool: "restrict",
  model: "restrict",
};

export function toolResult({ result, verdict }) {
  const found = verdict?.findings ?? [];
  return [
    h(
      "p",
      { class: "fact" },
      h("code", {}, result.name),
      result.truncated && h("span", { class: "muted" }, " · cut to its limit"),
    ),
    json(parse(result.content), "What came back"),
    found.length ? findings(found) : null,
  ];
}

export function validation(r) {
  const problems = (r.problems ?? []).map((p) => h("p", { class: "problem" }, p));
  if (!r.reply)
    return [...problems, h("p", { class: "fact muted" }, "The draft went back to be mended.")];
  const { citations = [], label, notes = [] } = r.reply;
  return [
    ...problems,
    label && h("p", { class: "note" }, label),
    ...notes.map((note) => h("p", { class: "note" }, note)),
    citations.length
      ? h(
          "ul",
          { class: "quotes" },
          citations.map((c) =>
            h(
              "li",
              {},
              icon("check"),
              h("span", {}, h("q", {}, c.quote), h("span", { class: "muted" }, ` ${c.title}`)),
            ),
          ),
        )
      : h("p", { class: "fact muted" }, "No claim that needs a source."),
  ].filter(Boolean);
}
