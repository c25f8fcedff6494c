// What a trace means: its steps, put in order as the stages of the flow.

const STAGES = {
  inbox: ["Inbox", "Saved to disk before Slack gets its receipt, so that a crash loses nothing."],
  consent: [
    "Consent",
    "A click counts once, from the right person, for exactly the arguments shown.",
  ],
  permit: ["Permit", "Administration is for admins; it is checked now, whoever was shown a button."],
  memory: ["Memory", "What a person has said is deleted; the audit, which has no text, stays whole."],
  librarian: ["Knowledge base", "What was looked up or changed there, and what came of it."],
  admit: ["Admit", "Only who is in a conversation gets its summary; looked up just now."],
  note: [
    "Note",
    "Part by part: screened, read, noted. Each item needs a message behind it, each owner was there.",
  ],
  combine: ["Make one", "The notes of the parts become one summary, checked in the same way."],
  screen: ["Screen", "Guardrails read the message before anything else does."],
  recall: [
    "Recall",
    "What was said in the thread before is read as data, screened, and kept in short.",
  ],
  retrieve: [
    "Retrieve",
    "Passages that everyone in this conversation may read; suspicious ones are held back.",
  ],
  route: [
    "Route",
    "Only tools that this person may use and that fit the question are on the table.",
  ],
  reason: ["Reason", "Answers from the passages, or asks for a tool. It can do nothing by itself."],
  execute: [
    "Execute",
    "Code, not a prompt, decides whether a call runs, needs a yes, or is refused.",
  ],
  validate: [
    "Validate",
    "Every quote, number and link must stand in a source, or the draft goes back.",
  ],
  outbox: ["Outbox", "Links, mentions and secrets are made safe; the reply is posted once."],
};

const STAGE_OF = {
  identify: "inbox",
  spent: "inbox",
  check_click: "consent",
  screen: "screen",
  overhear: "recall",
  heed: "recall",
  compact: "recall",
  membership: "retrieve",
  retrieve: "retrieve",
  sift: "retrieve",
  route: "route",
  reason: "reason",
  judge: "execute",
  execute: "execute",
  perform: "execute",
  inspect: "execute",
  validate: "validate",
  still_readable: "validate",
  say: "outbox",
  ask: "outbox",
  offer: "outbox",
  of: "inbox",
  permit_admin: "permit",
  forget: "memory",
  admit: "admit",
  readmit: "admit",
  take_part: "note",
  combine: "combine",
  show_end: "outbox",
  ...Object.fromEntries(
    [
      "list_documents",
      "search_documents",
      "list_quarantine",
      "remove_document",
      "state_of",
      "undo_change",
      "release_held",
      "renew_document",
      "add_document",
      "sync_documents",
      "expired_document",
    ].map((name) => [name, "librarian"]),
  ),
  dm_of: "outbox",
  tell: "outbox",
  retell: "outbox",
  replace: "outbox",
};

// What is no stage of its own, but belongs to whatever it comes after.
const JOINS = new Set(["settle"]);

// What a later step of its stage tells again, with what the guardrails said of it.
const RETOLD_BY = { retrieve: "sift", execute: "inspect", perform: "inspect" };

export const PATHS = {
  message: ["inbox", "screen", "retrieve", "route", "reason", "execute", "validate", "outbox"],
  errand: ["inbox", "permit", "librarian", "outbox"],
  recap: ["inbox", "admit", "note", "outbox"],
  click: ["inbox", "consent", "execute", "reason", "validate", "outbox"],
};

export const titleOf = (stage) => STAGES[stage]?.[0] ?? stage.replaceAll("_", " ");
export const explanationOf = (stage) => STAGES[stage]?.[1] ?? "";
export const isRunning = (trace) => trace.status === "open" || trace.status === "running";

/**
 * The stages of a turn in the order in which they came, each with its steps.
 *
 * A stage that comes again (the model asks for a tool, then answers) is there again, with `round`
 * 2, 3, and so on. Stages of the path that did not come are there with no steps: `missing` is
 * "waiting" while the turn runs, "shut" behind a gate that let nothing through, else "unused".
 */
export function stagesOf(trace) {
  const came = group(trace.steps);
  const path = PATHS[trace.event] ?? PATHS.message;
  const all = withMissing(came, path);
  all.forEach((stage, index) => {
    stage.key = `${stage.name}-${stage.round}`;
    stage.state = stateOf(stage);
    if (!stage.steps.length && stage.name !== "inbox")
      stage.missing = whyMissing(trace, all, index);
  });
  return all;
}

function group(steps) {
  const stages = [{ name: "inbox", round: 1, steps: [] }];
  for (const step of steps) {
    const last = stages.at(-1);
    const name = JOINS.has(step.name) ? last.name : (STAGE_OF[step.name] ?? step.name);
    if (last.name === name && !startsRound(last, step)) last.steps.push(step);
    else
      stages.push({ name, round: 1 + stages.filter((s) => s.name === name).length, steps: [step] });
  }
  return stages;
}

// Two decisions in a row are two rounds; so are two rulings.
const startsRound = (stage, step) => step.name === "reason" && stage.steps.length > 0;

function withMissing(came, path) {
  const all = [...came];
  path.forEach((name, position) => {
    if (all.some((stage) => stage.name === name)) return;
    const later = new Set(path.slice(position + 1));
    const found = all.findIndex((stage) => later.has(stage.name));
    all.splice(found < 0 ? all.length : found, 0, { name, round: 1, steps: [] });
  });
  return all;
}

function whyMissing(trace, all, index) {
  if (isRunning(trace)) return "waiting";
  return all.slice(0, index).some((stage) => stage.state === "block") ? "shut" : "unused";
}

/** The steps of a stage that have something of their own to tell. */
export const toldSteps = ({ steps }) =>
  steps.filter(
    (step, at) => !steps.slice(at + 1).some((later) => later.name === RETOLD_BY[step.name]),
  );

// --- what a stage let through -----------------------------------------------------------------------

const WORSE = ["allow", "restrict", "block"];
const worst = (states) => WORSE[Math.max(0, ...states.map((state) => WORSE.indexOf(state)))];

/** How far a stage's gate stands open: allow, restrict or block; idle for one that did not come. */
function stateOf(stage) {
  if (!stage.steps.length && stage.name !== "inbox") return "idle";
  return worst(stage.steps.map(stateOfStep));
}

const STATE_OF = {
  identify: (r) => (r.barred ? "block" : "allow"),
  screen: (r) => (r.action in { block: 1, withhold: 1 } ? "block" : r.action),
  sift: (r) => (r.withheld?.length || r.suspect?.length ? "restrict" : "allow"),
  retrieve: (r) => (r.withheld?.length ? "restrict" : "allow"),
  reason: (r) => (r.problem || r.degraded ? "restrict" : "allow"),
  judge: (r) =>
    worst(
      rulingsOf(r).map(({ action }) => ({ deny: "block", ask: "restrict" })[action] ?? "allow"),
    ),
  execute: (r) => worst(resultsOf(r).map(stateOfResult)),
  perform: (r) => worst(resultsOf(r).map(stateOfResult)),
  inspect: (r) => worst(resultsOf(r).map(stateOfResult)),
  validate: (r) => (r.reply ? (r.reply.status === "failed" ? "block" : "allow") : "restrict"),
  permit_admin: (r) => (r.outcome === "allowed" ? "allow" : "block"),
  admit: (r) => (r.outcome === "allowed" ? "allow" : "block"),
  readmit: (r) => (r.outcome === "allowed" ? "allow" : "block"),
  take_part: (r) => (r.withheld?.length || r.degraded || r.dropped ? "restrict" : "allow"),
  combine: (r) => (r.degraded || r.dropped ? "restrict" : "allow"),
  add_document: (r) => (r.outcome === "failed" ? "block" : "allow"),
  check_click: (r) => (r.outcome === "approved" ? "allow" : "block"),
};

/** An effect that began, and nobody knows how it ended. */
export const inDoubt = (step) => step.kind === "intent";

function stateOfStep(step) {
  if (inDoubt(step)) return "block";
  return (step.result && STATE_OF[step.name]?.(step.result)) || "allow";
}

function stateOfResult({ result, verdict }) {
  if (result.outcome === "withheld" || verdict?.action === "withhold") return "block";
  if (verdict?.action === "restrict") return "restrict";
  return { denied: "block", failed: "block", retry: "restrict" }[result.outcome] ?? "allow";
}

const listOf = (value) => (Array.isArray(value) ? value : value ? [value] : []);

export const rulingsOf = listOf;

/** Tool results with their verdicts, whether they came with one or bare. */
export const resultsOf = (result) =>
  listOf(result).map((one) => ({ result: one.result ?? one, verdict: one.verdict ?? null }));

// --- the turn as a whole ----------------------------------------------------------------------------

const lastResult = (trace, name) =>
  trace.steps.findLast((step) => step.name === name)?.result ?? null;

const REPLIES = {
  grounded: ["Answered from sources", "allow"],
  unknown: ["Said that it does not know", "idle"],
  clarify: ["Asked back", "idle"],
  refused: ["Refused", "block"],
  failed: ["Could not answer", "block"],
};

const CONSENTS = {
  approved: ["Approved and done", "allow"],
  denied: ["Denied: nothing was done", "block"],
  expired: ["Too late: nothing was done", "block"],
  refused: ["Click refused: nothing was done", "block"],
};

/** The turn in a few words, and its state. */
export function outcomeOf(trace) {
  if (isRunning(trace)) return ["Working on it", "running"];
  if (trace.status === "failed") return ["Failed", "block"];
  if (trace.status === "cancelled") return ["Cancelled", "idle"];
  if (trace.event === "errand")
    return lastResult(trace, "permit_admin")?.outcome === "refused"
      ? ["Refused: for admins only", "block"]
      : ["Done", "allow"];
  if (trace.event === "recap")
    return ["admit", "readmit"].some((name) => lastResult(trace, name)?.outcome === "refused")
      ? ["Refused: no summary for this person", "block"]
      : ["Summed up", "allow"];
  const blocked = lastResult(trace, "screen")?.action === "block";
  if (blocked)
    return [
      lastResult(trace, "identify")?.barred
        ? "Refused: may not ask here"
        : "Stopped at the first gate",
      "block",
    ];
  if (trace.steps.at(-1)?.name === "ask") return ["Asks a person first", "restrict"];
  const consent = lastResult(trace, "check_click")?.outcome;
  if (consent) return CONSENTS[consent] ?? ["Click checked", "idle"];
  return REPLIES[lastResult(trace, "validate")?.reply?.status] ?? ["Done", "allow"];
}

/** How many tokens the turn took, how many drafts were sent back, how many texts were held back. */
export function countsOf(trace) {
  const results = (name) =>
    trace.steps.filter((s) => s.name === name && s.result).map((s) => s.result);
  const asked = ["reason", "take_part", "combine"].flatMap(results);
  const usage = asked.map((r) => r.usage ?? {});
  const noted = results("take_part");
  return {
    tokens: usage.reduce((sum, u) => sum + (u.input_tokens ?? 0) + (u.output_tokens ?? 0), 0),
    repairs:
      results("validate").filter((r) => !r.reply).length +
      asked.reduce((sum, r) => sum + (r.repairs ?? 0), 0),
    calls: [...results("execute"), ...results("perform")]
      .flatMap(resultsOf)
      .filter(({ result }) => result.outcome !== "denied").length,
    withheld:
      ((results("sift").at(-1) ?? results("retrieve").at(-1))?.withheld?.length ?? 0) +
      noted.reduce((sum, r) => sum + (r.withheld?.length ?? 0), 0),
  };
}

/** The numbers of the passages that the reply cites: 0 for the first. */
export function citedOf(trace) {
  const drafts = trace.steps
    .filter((s) => s.name === "reason" && s.result?.draft)
    .map((s) => s.result.draft);
  const ids = (drafts.at(-1)?.citations ?? []).map((quote) => quote.source_id);
  return new Set(ids.filter((id) => /^p\d+$/.test(id)).map((id) => Number(id.slice(1)) - 1));
}
