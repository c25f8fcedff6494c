// The flow panel: what happened to the selected message, gate by gate.

import { get, Refused } from "./api.js";
import { stepBody, stepChips } from "./details.js";
import { h, reconcile } from "./dom.js";
import { duration, number, plural, preciseTime } from "./format.js";
import { gate, icon } from "./icons.js";
import { citedOf, countsOf, explanationOf, isRunning, outcomeOf, PATHS, stagesOf, titleOf, toldSteps } from "./stages.js";

const POLL_MS = 200;
// A turn begins a moment after its message: this long, "no turn" may only mean "not yet".
const PATIENCE = 8;

/** The panel in `root`. `close` is called when a person closes it on a small screen. */
export function flowPanel(root, app, close) {
  const where = h("p", { class: "flow-where" });
  const closer = h("button", { type: "button", class: "tool flow-close", "aria-label": "Close the flow panel", on: { click: close } }, icon("close"));
  const summary = h("div", { class: "flow-summary" });
  const map = h("div", { class: "flow-map" });
  const stages = h("ol", { class: "stages" });
  const foot = h("div", { class: "flow-foot" });
  root.append(h("header", { class: "flow-head" }, h("h2", {}, "Flow"), where, closer), h("div", { class: "flow-body", tabindex: -1 }, summary, map, stages, foot));

  let shown = null;
  let timer = null;
  let print = "";

  function show(message, channel) {
    const same = message && shown && shown.ts === message.ts && shown.channel === channel;
    if (same) return refresh();
    shown = message ? { ts: message.ts, channel, misses: 0 } : null;
    print = "";
    if (message) return refresh();
    clearTimeout(timer);
    drawNothing();
  }

  async function refresh() {
    clearTimeout(timer);
    const asked = shown;
    if (!asked) return;
    try {
      const trace = await get("trace", query(asked));
      if (shown === asked) draw(trace);
    } catch (problem) {
      if (shown !== asked) return;
      if (problem instanceof Refused) missed(asked);
    }
  }

  const query = ({ channel, ts }) => ({ channel, ts, user: app.me.id });

  function missed(asked) {
    asked.misses += 1;
    if (asked.misses < PATIENCE) timer = setTimeout(refresh, POLL_MS);
    else drawNothing(`${app.workspace.bot.name} took no turn for this message. In a channel it listens where it is mentioned, and in the threads it has answered in.`);
  }

  function draw(trace) {
    if (isRunning(trace)) timer = setTimeout(refresh, POLL_MS);
    const now = JSON.stringify(trace);
    if (now === print) return;
    print = now;
    const all = stagesOf(trace);
    drawSummary(trace);
    drawMap(all, trace);
    drawStages(all, trace);
    drawFoot(trace);
  }

  function drawSummary(trace) {
    const [words, state] = outcomeOf(trace);
    const { tokens, repairs, calls, withheld } = countsOf(trace);
    const numbers = [
      trace.seconds !== null && trace.seconds !== undefined && duration(trace.seconds),
      plural(trace.steps.length, "step"),
      tokens > 0 && `${number(tokens)} tokens`,
      calls > 0 && plural(calls, "tool call"),
      repairs > 0 && plural(repairs, "repair"),
      withheld > 0 && `${withheld} held back`,
      trace.attempts > 1 && `attempt ${trace.attempts}`,
    ];
    where.textContent = trace.event === "click" ? "of a click" : "of a message";
    summary.className = `flow-summary outcome-${state}`;
    summary.replaceChildren(gate(state), h("div", {}, h("strong", {}, words), h("p", {}, numbers.filter(Boolean).join(" · "))));
  }

  // The whole path in one row, so that the state of every gate is seen without scrolling.
  function drawMap(all, trace) {
    const path = PATHS[trace.event] ?? PATHS.message;
    const last = path.map((name) => all.findLast((stage) => stage.name === name));
    map.replaceChildren(
      ...last.map((stage) => {
        const click = () => [...stages.querySelectorAll(`[data-stage~="${stage.name}"]`)].at(-1)?.scrollIntoView({ block: "start" });
        return h("button", { type: "button", class: `map-gate state-${stage.state}`, "aria-label": `${titleOf(stage.name)}: ${spoken(stage)}`, title: titleOf(stage.name), on: { click } }, gate(stage.state), h("span", {}, titleOf(stage.name)));
      }),
    );
  }

  function drawStages(all, trace) {
    const context = { cited: citedOf(trace) };
    const entries = mergeMissing(all);
    reconcile(stages, entries, (entry) => entry.key, (entry, before) => {
      const stamp = JSON.stringify([entry, trace.status, [...context.cited]]);
      if (before?.print === stamp) return before;
      const node = entry.missing ? missingStage(entry) : stageView(entry, trace, context, before);
      node.print = stamp;
      return node;
    });
  }

  function drawFoot(trace) {
    const address = `/_local/trace?${new URLSearchParams(query(shown))}`;
    const related = trace.related ?? [];
    const others = related.length ? [h("p", { title: related.map((other) => other.turn_id).join("\n") }, `${plural(related.length, "other turn")} in this thread`)] : [];
    const error = trace.error ? [h("p", {}, "Ended with ", h("code", {}, trace.error))] : [];
    foot.replaceChildren(h("p", {}, "Turn ", h("code", {}, trace.turn_id)), ...others, ...error, h("a", { href: address, target: "_blank", rel: "noopener" }, "JSON"));
  }

  function drawNothing(words) {
    print = "";
    where.textContent = "";
    summary.className = "flow-summary outcome-idle";
    summary.replaceChildren(h("div", {}, h("strong", {}, words ? "No turn" : "Eight gates, one way through"), h("p", {}, words ?? "Send a message and watch it pass. Each gate says what it saw, what it let through and how long it took.")));
    map.replaceChildren();
    foot.replaceChildren();
    const path = PATHS.message.map((name) => ({ key: `idle-${name}`, name }));
    reconcile(stages, path, (entry) => entry.key, (entry, before) => before ?? idleStage(entry.name));
  }

  drawNothing();
  return { show, refresh };
}

const SPOKEN = { allow: "let through", restrict: "let through with limits", block: "stopped something", idle: "not used" };
const spoken = (stage) => SPOKEN[stage.state] ?? stage.state;

/** Neighbouring stages that did not come make one entry. */
function mergeMissing(all) {
  const entries = [];
  for (const stage of all) {
    const last = entries.at(-1);
    if (stage.missing && last?.missing === stage.missing) last.names.push(stage.name);
    else entries.push(stage.missing ? { ...stage, key: `missing-${stage.name}`, names: [stage.name] } : stage);
  }
  return entries;
}

const idleStage = (name) =>
  h("li", { class: "stage state-idle", "data-stage": name }, rail("idle"), h("div", { class: "stage-main" }, h("h3", {}, titleOf(name)), h("p", { class: "stage-what" }, explanationOf(name))));

const WHY = { waiting: "Still to come", shut: "Shut off: none of this ran", unused: "Not needed this time" };

function missingStage({ names, missing }) {
  const titles = names.map(titleOf).join(", ");
  return h("li", { class: `stage state-idle missing-${missing}`, "data-stage": names.join(" ") }, rail(missing === "waiting" ? "running" : "idle"), h("div", { class: "stage-main" }, h("h3", {}, titles), h("p", { class: "stage-what" }, WHY[missing])));
}

function stageView(stage, trace, context, before) {
  const seconds = stage.steps.reduce((sum, step) => sum + (step.seconds ?? 0), 0);
  const told = toldSteps(stage);
  const chips = told.flatMap(stepChips);
  const title = h("h3", {}, titleOf(stage.name), stage.round > 1 && h("span", { class: "round" }, icon("loop"), `round ${stage.round}`));
  const bodies = told.flatMap((step) => stepBody(step, context));
  const inbox = stage.name === "inbox" ? [received(trace)] : [];
  const known = explanationOf(stage.name);
  const node = h(
    "li",
    { class: `stage state-${stage.state}`, "data-stage": stage.name },
    rail(stage.state),
    h(
      "div",
      { class: "stage-main" },
      h("div", { class: "stage-head" }, title, h("span", { class: "chips" }, chips), seconds > 0 && h("span", { class: "seconds" }, duration(seconds))),
      known && stage.round === 1 && h("p", { class: "stage-what" }, known),
      h("div", { class: "stage-body" }, bodies, inbox),
    ),
  );
  keepOpen(before, node);
  return node;
}

const received = (trace) =>
  h("p", { class: "fact muted" }, `Received at ${preciseTime(trace.received_at)}`, trace.attempts > 1 && ` · attempt ${trace.attempts}, after an interruption`);

const rail = (state) => h("div", { class: "rail" }, gate(state));

function keepOpen(before, node) {
  if (!before) return;
  const open = [...before.querySelectorAll("details")].map((fold) => fold.open);
  [...node.querySelectorAll("details")].forEach((fold, i) => {
    if (open[i]) fold.open = true;
  });
}

