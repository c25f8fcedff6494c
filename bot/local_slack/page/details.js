// What each stage found, decided or did: the body of its entry in the flow panel.

import { h } from "./dom.js";
import { plural, preciseTime } from "./format.js";
import { decision, ruling, toolResult, validation } from "./decisions.js";
import { evidence, findings, offers } from "./evidence.js";
import { inDoubt, resultsOf, rulingsOf } from "./stages.js";
import { chip, json } from "./widgets.js";

const STEPS = {
  identify,
  spent: (r) =>
    h(
      "p",
      { class: "fact muted" },
      `${plural(r.turns, "turn")} and ${plural(r.tokens, "token")} today`,
    ),
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
  if (inDoubt(step))
    return [
      h(
        "p",
        { class: "problem" },
        `"${step.name}" began, and nobody knows how it ended. It is not done again by itself.`,
      ),
    ];
  if (step.result === null || step.result === undefined) return [];
  if (!Object.hasOwn(STEPS, step.name)) return [json(step.result, "Result", false)];
  return [STEPS[step.name](step.result, context)].flat();
}

/** Chips that sum a step up, for the line of its stage. */
export function stepChips(step) {
  const r = step.result;
  if (inDoubt(step)) return [chip("block", "in doubt")];
  return r === null || r === undefined
    ? []
    : (Object.hasOwn(CHIPS, step.name) ? CHIPS[step.name](r) : []).filter(Boolean);
}

const CHIPS = {
  identify: (r) => [
    r.barred && chip("block", "may not ask here"),
    r.guest && chip("restrict", "guest"),
  ],
  screen: (r) => [chip(r.action === "withhold" ? "block" : r.action, r.action)],
  retrieve: passageChips,
  sift: passageChips,
  route: (r) => [chip("idle", r.length ? plural(r.length, "tool") : "no tools")],
  reason: (r) => [
    r.degraded
      ? chip("restrict", "model down")
      : r.author === "extractive" && chip("idle", "no model"),
    r.problem && chip("restrict", "unreadable"),
    r.calls?.length ? chip("idle", `asks for ${plural(r.calls.length, "tool")}`) : null,
    r.draft && chip("idle", "drafts a reply"),
  ],
  judge: (r) =>
    rulingsOf(r).map((one) =>
      chip(
        { deny: "block", ask: "restrict" }[one.action] ?? "allow",
        RULING[one.action] ?? one.action,
      ),
    ),
  execute: resultChips,
  perform: resultChips,
  inspect: resultChips,
  validate: (r) => [
    r.reply
      ? chip(
          r.reply.status === "failed" ? "block" : "allow",
          r.reply.status === "grounded" ? "checked" : r.reply.status,
        )
      : chip("restrict", "sent back"),
  ],
  check_click: (r) => [chip(r.outcome === "approved" ? "allow" : "block", r.outcome)],
  say: () => [chip("allow", "posted")],
  ask: () => [chip("restrict", "asks a person")],
  settle: () => [],
};

const RULING = { allow: "allow", ask: "needs a yes", deny: "refused" };

function resultChips(r) {
  return resultsOf(r).map(({ result, verdict }) =>
    verdict?.action === "withhold"
      ? chip("block", "withheld")
      : verdict?.action === "restrict"
        ? chip("restrict", "may give orders")
        : chip(OUTCOME[result.outcome] ?? "idle", result.outcome),
  );
}

const OUTCOME = {
  ok: "allow",
  retry: "restrict",
  failed: "block",
  denied: "block",
  withheld: "block",
};

function passageChips(r) {
  const held = r.withheld?.length ?? 0;
  return [
    chip("idle", plural(r.passages?.length ?? 0, "passage")),
    held > 0 && chip("block", `${held} held back`),
    r.suspect?.length > 0 && chip("restrict", `${r.suspect.length} only quoted`),
  ];
}

function identify(r) {
  const who = h(
    "p",
    { class: "fact" },
    h("strong", {}, r.name),
    ` · ${r.admin ? "admin" : r.guest ? "guest" : "employee"}`,
  );
  return r.barred ? [who, h("p", { class: "problem" }, BARRED[r.barred] ?? r.barred)] : [who];
}

const BARRED = {
  guest: "Guests may not ask here.",
  shared: "This channel is shared with another company.",
  channel: "The settings leave this channel out.",
};

function checkClick(r) {
  const said = r.explanation || { approved: "said yes.", denied: "said no." }[r.outcome];
  return h("p", { class: "fact" }, r.by && h("strong", {}, r.by), r.by && ": ", said);
}

const posted = (words, r) =>
  h(
    "p",
    { class: "fact" },
    words,
    r.channel &&
      h(
        "span",
        { class: "muted" },
        ` · ${r.channel}${r.ts ? ` at ${preciseTime(Number(r.ts) * 1000)}` : ""}`,
      ),
  );
