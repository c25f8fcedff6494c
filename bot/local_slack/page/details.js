// What each stage found, decided or did: the body of its entry in the flow panel.

import { h } from "./dom.js";
import { number, plural, preciseTime } from "./format.js";
import { icon } from "./icons.js";
import { resultsOf, rulingsOf } from "./stages.js";

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
  check_click: checkClick,
  screen: (r) => findings(r.findings),
  retrieve: evidence,
  sift: evidence,
  route: offers,
  reason: decision,
  judge: (r) => rulingsOf(r).map(ruling),
  execute: (r) => resultsOf(r).map(toolResult),
  validate: validation,
  say: (r) => posted("Posted", r),
  ask: (r) => posted("Asked for consent, with a card that shows the exact arguments", r),
  settle: (r) => posted("Closed the card", r),
};

/** The nodes that show a step; a step that this page does not know is shown as its JSON. */
export function stepBody(step, context) {
  if (step.result === null || step.result === undefined) return [];
  if (!Object.hasOwn(STEPS, step.name)) return [json(step.result, "Result", false)];
  return [STEPS[step.name](step.result, context)].flat();
}

/** Chips that sum a step up, for the line of its stage. */
export function stepChips(step) {
  const r = step.result;
  return r === null || r === undefined ? [] : (CHIPS[step.name]?.(r) ?? []).filter(Boolean);
}

const CHIPS = {
  identify: (r) => [r.allowed === false && chip("block", "no access"), r.guest && chip("restrict", "guest")],
  screen: (r) => [chip(r.action === "withhold" ? "block" : r.action, r.action)],
  retrieve: passageChips,
  sift: passageChips,
  route: (r) => [chip("idle", r.length ? plural(r.length, "tool") : "no tools")],
  reason: (r) => [
    r.degraded && chip("restrict", "no model"),
    r.problem && chip("restrict", "unreadable"),
    r.calls?.length ? chip("idle", `asks for ${plural(r.calls.length, "tool")}`) : null,
    r.draft && chip("idle", "drafts a reply"),
  ],
  judge: (r) => rulingsOf(r).map((one) => chip({ deny: "block", ask: "restrict" }[one.action] ?? "allow", RULING[one.action] ?? one.action)),
  execute: (r) => resultsOf(r).map(({ result }) => chip(OUTCOME[result.outcome] ?? "idle", result.outcome)),
  validate: (r) => [r.reply ? chip(r.reply.status === "failed" ? "block" : "allow", r.reply.status === "grounded" ? "checked" : r.reply.status) : chip("restrict", "sent back")],
  check_click: (r) => [chip(r.outcome === "approved" ? "allow" : "block", r.outcome)],
  say: () => [chip("allow", "posted")],
  ask: () => [chip("restrict", "asks a person")],
  settle: () => [],
};

const RULING = { allow: "allow", ask: "needs a yes", deny: "refused" };
const OUTCOME = { ok: "allow", retry: "restrict", failed: "block", denied: "block", withheld: "block" };

function passageChips(r) {
  const held = r.withheld?.length ?? 0;
  return [chip("idle", plural(r.passages?.length ?? 0, "passage")), held > 0 && chip("block", `${held} held back`)];
}

// --- inbox and screen -----------------------------------------------------------------------------

function identify(r) {
  const roles = [r.admin ? "admin" : r.guest ? "guest" : "employee", r.shared && "shared channel"];
  const who = h("p", { class: "fact" }, h("strong", {}, r.name), ` · ${roles.filter(Boolean).join(" · ")}`);
  return r.allowed === false ? [who, h("p", { class: "problem" }, "May not ask here.")] : [who];
}

function checkClick(r) {
  return h("p", { class: "fact" }, r.explanation);
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
      h("p", { class: "passage-foot" }, h("code", {}, one.source), ` · similarity ${(one.similarity ?? 0).toFixed(2)}`),
    ),
  );

const withheld = (one) =>
  h(
    "li",
    { class: "passage held" },
    h("div", { class: "held-head" }, h("span", { class: "passage-name" }, h("strong", {}, one.title), below(one) && h("span", {}, below(one))), chip("block", "held back")),
    findings(one.verdict?.findings),
    h("p", { class: "passage-foot" }, h("code", {}, one.source), " · the model never saw it"),
  );

function offers(list) {
  if (!list?.length) return h("p", { class: "fact muted" }, "No tool fits, so none is offered.");
  return h("ul", { class: "offers" }, list.map((one) => h("li", {}, h("code", {}, one.tool), effect(one.effect), bar(one.score, "Similarity"))));
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
    r.degraded && h("p", { class: "note" }, r.degraded),
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

const ruling = (one) =>
  h("p", { class: "fact" }, one.tool && h("code", {}, one.tool, " "), one.reason, one.rule && h("span", { class: "muted" }, " Rule: ", h("code", {}, one.rule)));

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
