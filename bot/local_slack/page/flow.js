// The flow panel: what happened to the selected message, gate by gate.

import { get, Refused } from "./api.js";
import { h, reconcile } from "./dom.js";
import { duration, number, plural } from "./format.js";
import { gate, icon } from "./icons.js";
import { idleStage, mergeMissing, missingStage, stageView } from "./stage_view.js";
import { citedOf, countsOf, isRunning, outcomeOf, PATHS, stagesOf, titleOf } from "./stages.js";

const POLL_MS = 200;
// A turn begins a moment after its message: this long, "no turn" may only mean "not yet".
const PATIENCE = 8;

const OF = {
  click: "of a click",
  aside: "of a private answer",
  rating: "of a thumb",
  errand: "of an act of administration",
  recap: "of a summary",
};

/** The panel in `root`. `close` is called when a person closes it on a small screen. */
export function flowPanel(root, app, close) {
  const where = h("p", { class: "flow-where" });
  const closer = h(
    "button",
    {
      type: "button",
      class: "tool flow-close",
      "aria-label": "Close the flow panel",
      on: { click: close },
    },
    icon("close"),
  );
  const summary = h("div", { class: "flow-summary" });
  const map = h("div", { class: "flow-map" });
  const stages = h("ol", { class: "stages" });
  const foot = h("div", { class: "flow-foot" });
  const body = h("div", { class: "flow-body", tabindex: -1 }, summary, map, stages, foot);
  root.append(h("header", { class: "flow-head" }, h("h2", {}, "Flow"), where, closer), body);

  let shown = null;
  let timer = null;
  let print = "";
  let turn = "";

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
    else
      drawNothing(
        `${app.workspace.bot.name} took no turn for this message. In a channel it listens where it is mentioned, and in the threads it has answered in.`,
      );
  }

  function draw(trace) {
    if (isRunning(trace)) timer = setTimeout(refresh, POLL_MS);
    const now = JSON.stringify(trace);
    if (now === print) return;
    print = now;
    if (turn !== trace.turn_id) body.scrollTop = 0;
    turn = trace.turn_id;
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
      !isRunning(trace) && duration(trace.seconds),
      plural(trace.steps.length, "step") + (isRunning(trace) ? " so far" : ""),
      tokens > 0 && (trace.account?.spent || `${number(tokens)} tokens`),
      calls > 0 && plural(calls, "tool call"),
      repairs > 0 && plural(repairs, "repair"),
      withheld > 0 && `${withheld} held back`,
      trace.attempts > 1 && `attempt ${trace.attempts}`,
    ];
    where.textContent = OF[trace.event] ?? "of a message";
    summary.className = `flow-summary outcome-${state}`;
    summary.replaceChildren(
      gate(state),
      h("div", {}, h("strong", {}, words), h("p", {}, numbers.filter(Boolean).join(" · "))),
    );
  }

  // The whole path in one row, so that the state of every gate is seen without scrolling.
  function drawMap(all, trace) {
    const path = PATHS[trace.event] ?? PATHS.message;
    const last = path.map((name) => all.findLast((stage) => stage.name === name));
    map.replaceChildren(
      ...last.map((stage) => {
        const click = () =>
          [...stages.querySelectorAll(`[data-stage~="${stage.name}"]`)]
            .at(-1)
            ?.scrollIntoView({ block: "start" });
        return h(
          "button",
          {
            type: "button",
            class: `map-gate state-${stage.state}`,
            "aria-label": `${titleOf(stage.name)}: ${spoken(stage)}`,
            title: titleOf(stage.name),
            on: { click },
          },
          gate(stage.state),
          h("span", {}, titleOf(stage.name)),
        );
      }),
    );
  }

  function drawStages(all, trace) {
    const context = { cited: citedOf(trace) };
    const entries = mergeMissing(all);
    reconcile(
      stages,
      entries,
      (entry) => `${trace.turn_id}/${entry.key}`,
      (entry, before) => {
        const stamp = JSON.stringify([entry, trace.status, [...context.cited]]);
        if (before?.print === stamp) return before;
        const node = entry.missing ? missingStage(entry) : stageView(entry, trace, context, before);
        node.print = stamp;
        return node;
      },
    );
  }

  function drawFoot(trace) {
    const address = `/_local/trace?${new URLSearchParams(query(shown))}`;
    const related = trace.related ?? [];
    const others = related.length
      ? [
          h(
            "p",
            { title: related.map((other) => other.turn_id).join("\n") },
            `${plural(related.length, "other turn")} in this thread`,
          ),
        ]
      : [];
    const error = trace.error ? [h("p", {}, "Ended with ", h("code", {}, trace.error))] : [];
    foot.replaceChildren(
      h("p", {}, "Turn ", h("code", {}, trace.turn_id)),
      ...others,
      ...error,
      h("a", { href: address, target: "_blank", rel: "noopener" }, "JSON"),
    );
  }

  function drawNothing(words) {
    print = "";
    where.textContent = "";
    summary.className = "flow-summary outcome-idle";
    summary.replaceChildren(
      h(
        "div",
        {},
        h("strong", {}, words ? "No turn" : "Eight gates, one way through"),
        h(
          "p",
          {},
          words ??
            "Send a message and watch it pass. Each gate says what it saw, what it let through and how long it took.",
        ),
      ),
    );
    map.replaceChildren();
    foot.replaceChildren();
    const path = PATHS.message.map((name) => ({ key: `idle-${name}`, name }));
    reconcile(
      stages,
      path,
      (entry) => entry.key,
      (entry, before) => before ?? idleStage(entry.name),
    );
  }

  drawNothing();
  return { show, refresh };
}

const SPOKEN = {
  allow: "let through",
  restrict: "let through with limits",
  block: "stopped something",
  idle: "not used",
};
const spoken = (stage) => SPOKEN[stage.state] ?? stage.state;
