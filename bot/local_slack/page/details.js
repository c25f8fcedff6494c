// What each stage found, decided or did: the body of its entry in the flow panel.

import { h } from "./dom.js";
import { number, plural, preciseTime } from "./format.js";
import { icon } from "./icons.js";
import { inDoubt, resultsOf, rulingsOf } from "./stages.js";

/** A small label in the colour of a state: allow, restrict, block or idle. */
export const chip = (state, ...words) => h("span", { class: `chip chip-${state}` }, words);

/** A bar for a score from 0 to 1, with the number beside it. */
const bar = (score, label, kind = "") =>
  h(
    "span",
    { class: `score ${kind}` },
    h("meter", { min: 0, max: 1, value: Math.max(0, Math.min(1, score)), "aria-label": label }),
    h("output", {}, score.toFixed(2)),
  );

const STEPS = {
  identify,
  spent: (r) => h("p", { class: "fact muted" }, `Today: ${plural(r.turns, "turn")}, ${plural(r.tokens, "token")}`),
  check_click: checkClick,
  screen: (r) => findings(r.findings),
  retrieve: evidence,
  sift: evidence,
  route: offers,
  reason: decision,
  judge: (r) => rulingsOf(r).map(ruling),
  execute: (r) => resultsOf(r).map(toolResult),
  perform: (r) => resultsOf(r).map(toolResult),
  inspect: (r) => resultsOf(r).map(toolResult),
  validate: validation,
  say: (r) => posted("Posted", r),
  ask: (r) => posted("Asked for consent, with a card that shows the exact arguments", r),
  settle: (r) => posted("Wrote the decision onto the card", r),
};

/** The nodes that show a step; a step that this page does not know is shown as its JSON. */
export function stepBody(step, context) {
  if (inDoubt(step)) return [h("p", { class: "problem" }, `"${step.name}" began, and nobody knows how it ended. It is not done again by itself.`)];
  if (step.result === null || step.result === undefined) return [];
  if (!Object.hasOwn(STEPS, step.name)) return [json(step.result, "Result", false)];
  return [STEPS[step.name](step.result, context)].flat();
}

/** Chips that sum a step up, for the line of its stage. */
export function stepChips(step) {
  const r = step.result;
  if (inDoubt(step)) return [chip("block", "in doubt")];
  return r === null || r === undefined ? [] : (CHIPS[step.name]?.(r) ?? []).filter(Boolean);
}

const CHIPS = {
  identify: (r) => [r.barred && chip("block", "may not ask here"), r.guest && chip("restrict", "guest")],
  screen: (r) => [chip(r.action === "withhold" ? "block" : r.action, r.action)],
  retrieve: passageChips,
  sift: passageChips,
  route: (r) => [chip("idle", r.length ? plural(r.length, "tool") : "no tools")],
  reason: (r) => [
    r.degraded ? chip("restrict", "model down") : r.author === "extractive" && chip("idle", "no model"),
    r.problem && chip("restrict", "unreadable"),
    r.calls?.length ? chip("idle", `asks for ${plural(r.calls.length, "tool")}`) : null,
    r.draft && chip("idle", "drafts a reply"),
  ],
  judge: (r) => rulingsOf(r).map((one) => chip({ deny: "block", ask: "restrict" }[one.action] ?? "allow", RULING[one.action] ?? one.action)),
  execute: resultChips,
  perform: resultChips,
  inspect: resultChips,
  validate: (r) => [r.reply ? chip(r.reply.status === "failed" ? "block" : "allow", r.reply.status === "grounded" ? "checked" : r.reply.status) : chip("restrict", "sent back")],
  check_click: (r) => [chip(r.outcome === "approved" ? "allow" : "block", r.outcome)],
  say: () => [chip("allow", "posted")],
  ask: () => [chip("restrict", "asks a person")],
  settle: () => [],
};

const RULING = { allow: "allow", ask: "needs a yes", deny: "refused" };

function resultChips(r) {
  return resultsOf(r).map(({ result, verdict }) =>
    verdict?.action === "withhold" ? chip("block", "withheld") : chip(OUTCOME[result.outcome] ?? "idle", result.outcome));
}

const OUTCOME = { ok: "allow", retry: "restrict", failed: "block", denied: "block", withheld: "block" };

function passageChips(r) {
  const held = r.withheld?.length ?? 0;
  return [chip("idle", plural(r.passages?.length ?? 0, "passage")), held > 0 && chip("block", `${held} held back`)];
}

// --- inbox and screen -----------------------------------------------------------------------------

function identify(r) {
  const who = h("p", { class: "fact" }, h("strong", {}, r.name), ` · ${r.admin ? "admin" : r.guest ? "guest" : "employee"}`);
  return r.barred ? [who, h("p", { class: "problem" }, BARRED[r.barred] ?? r.barred)] : [who];
}

const BARRED = {
  guest: "Guests may not ask here.",
  shared: "This channel is shared with another company.",
  channel: "The settings leave this channel out.",
};

function checkClick(r) {
  return h("p", { class: "fact" }, r.by && h("strong", {}, r.by), r.by && ": ", r.explanation);
}

function findings(list) {
  if (!list?.length) return h("p", { class: "fact muted" }, "Nothing found.");
  return h("ul", { class: "findings" }, list.map(finding));
}

const finding = (one) =>
  h(
    "li",
    { class: "finding" },
    h("div", { class: "finding-head" }, h("strong", {}, one.reason), bar(one.score, "Score", "risk")),
    h("div", { class: "finding-foot" }, h("code", {}, one.guardrail), h("span", {}, one.risk)),
  );

// --- retrieve and route ---------------------------------------------------------------------------

function evidence(r, { cited }) {
  return [
    r.query && h("p", { class: "fact" }, h("span", { class: "muted" }, "Searched for "), h("q", {}, r.query)),
    r.passages?.length ? h("ol", { class: "passages" }, r.passages.map((p, i) => passage(p, i, cited.has(i)))) : h("p", { class: "fact muted" }, "No passage is near enough."),
    r.withheld?.length ? h("ul", { class: "passages" }, r.withheld.map(withheld)) : null,
  ].filter(Boolean);
}

/** The heading path without the title, which stands before it anyway. */
const below = ({ title, heading }) => (heading ?? "").split(" > ").filter((part) => part && part !== title).join(" › ");

/** A path by its last parts; the whole of it is in the tooltip. */
const source = (path) =>
  h("code", { title: path }, path.length > 48 && path.includes("/") && !path.includes("://") ? `…/${path.split("/").slice(-2).join("/")}` : path);

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
        h("span", { class: "passage-name" }, h("strong", {}, one.title), below(one) && h("span", {}, below(one))),
        isCited && chip("allow", "cited"),
        bar(one.score, "Score"),
      ),
      h("p", { class: "passage-text" }, one.text),
      h("p", { class: "passage-foot" }, source(one.source), ` · similarity ${(one.similarity ?? 0).toFixed(2)}`),
    ),
  );

const withheld = (one) =>
  h(
    "li",
    { class: "passage held" },
    h("div", { class: "held-head" }, h("span", { class: "passage-name" }, h("strong", {}, one.title), below(one) && h("span", {}, below(one))), chip("block", "held back")),
    findings(one.verdict?.findings),
    h("p", { class: "passage-foot" }, source(one.source), " · the model never saw it"),
  );

function offers(list) {
  if (!list?.length) return h("p", { class: "fact muted" }, "No tool fits, so none is offered.");
  return h("ul", { class: "offers" }, list.map((one) => h("li", {}, h("code", { title: one.title }, one.tool), effect(one.effect), bar(one.score, "Similarity"))));
}

const EFFECTS = { read: "reads", write: "writes", egress: "sends out" };
const effect = (name) => h("span", { class: `effect effect-${name}` }, EFFECTS[name] ?? name);

// --- reason and execute ---------------------------------------------------------------------------

function decision(r) {
  const used = r.usage ?? {};
  const tokens = (used.input_tokens ?? 0) + (used.output_tokens ?? 0);
  return [
    h(
      "p",
      { class: "fact" },
      h("strong", {}, r.author === "extractive" ? "Without a model" : r.author),
      tokens > 0 && h("span", { class: "muted" }, ` · ${number(used.input_tokens)} tokens in, ${number(used.output_tokens)} out`),
    ),
    r.degraded && h("p", { class: "problem" }, r.degraded),
    r.problem && h("p", { class: "problem" }, r.problem),
    ...(r.calls ?? []).map(call),
    r.draft && draft(r.draft),
  ].filter(Boolean);
}

function call(one) {
  return h("div", { class: "call" }, h("code", {}, one.name), h("dl", {}, argumentsOf(one.arguments)));
}

function argumentsOf(text) {
  let parsed;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [h("dt", {}, "arguments"), h("dd", {}, text)];
  }
  if (parsed === null || typeof parsed !== "object") return [h("dt", {}, "arguments"), h("dd", {}, text)];
  return Object.entries(parsed).map(([name, value]) => [h("dt", {}, name), h("dd", {}, typeof value === "string" ? value : JSON.stringify(value))]);
}

const draft = (one) =>
  h(
    "details",
    { class: "fold" },
    h("summary", {}, `Draft: ${one.status}, ${plural(one.citations.length, "quote")}`),
    h("p", { class: "passage-text" }, one.text),
    h("ul", { class: "quotes" }, one.citations.map((c) => h("li", {}, h("span", { class: "passage-id" }, c.source_id), h("q", {}, c.quote)))),
  );

const ruling = (one) => [
  h("p", { class: "fact" }, one.call && [h("code", {}, one.call.name), " "], sentence(one.reason), h("span", { class: "muted" }, " Rule: ", h("code", {}, one.rule))),
  one.card?.arguments.length ? h("dl", { class: "origins" }, one.card.arguments.map(argument)) : null,
];

const sentence = (words) => `${words.charAt(0).toUpperCase()}${words.slice(1).replace(/\.$/, "")}.`;

// Where each value comes from is what a person has to judge before they say yes.
const argument = (one) => [h("dt", {}, one.name), h("dd", {}, one.value, " ", chip(ORIGIN_STATE[one.origin] ?? "idle", ORIGINS[one.origin] ?? one.origin))];

const ORIGINS = { requester: "from the person", document: "from a document", tool: "from a tool", model: "the model's words" };
const ORIGIN_STATE = { requester: "allow", document: "restrict", tool: "restrict", model: "restrict" };

function toolResult({ result, verdict }) {
  const found = verdict?.findings ?? [];
  return [
    h("p", { class: "fact" }, h("code", {}, result.name), result.truncated && h("span", { class: "muted" }, " · cut to its limit")),
    json(parse(result.content), "What came back"),
    found.length ? findings(found) : null,
  ];
}

// --- validate and outbox --------------------------------------------------------------------------

function validation(r) {
  const problems = (r.problems ?? []).map((p) => h("p", { class: "problem" }, p));
  if (!r.reply) return [...problems, h("p", { class: "fact muted" }, "The draft went back to be mended.")];
  const { citations = [], label, notes = [] } = r.reply;
  return [
    ...problems,
    label && h("p", { class: "note" }, label),
    ...notes.map((note) => h("p", { class: "note" }, note)),
    citations.length
      ? h("ul", { class: "quotes" }, citations.map((c) => h("li", {}, icon("check"), h("span", {}, h("q", {}, c.quote), h("span", { class: "muted" }, ` ${c.title}`)))))
      : h("p", { class: "fact muted" }, "No claim that needs a source."),
  ].filter(Boolean);
}

const posted = (words, r) =>
  h("p", { class: "fact" }, words, r.channel && h("span", { class: "muted" }, ` · ${r.channel}${r.ts ? ` at ${preciseTime(Number(r.ts) * 1000)}` : ""}`));

// --- JSON -----------------------------------------------------------------------------------------

const parse = (text) => {
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
