// A stage of the flow as an entry of the panel.

import { stepBody, stepChips } from "./details.js";
import { h } from "./dom.js";
import { duration, preciseTime } from "./format.js";
import { gate, icon } from "./icons.js";
import { explanationOf, titleOf, toldSteps } from "./stages.js";

/** Neighbouring stages that did not come make one entry. */
export function mergeMissing(all) {
  const entries = [];
  for (const stage of all) {
    const last = entries.at(-1);
    if (stage.missing && last?.missing === stage.missing) last.names.push(stage.name);
    else
      entries.push(
        stage.missing ? { ...stage, key: `missing-${stage.name}`, names: [stage.name] } : stage,
      );
  }
  return entries;
}

/** A stage before anything has been sent. */
export const idleStage = (name) =>
  h(
    "li",
    { class: "stage state-idle", "data-stage": name },
    rail("idle"),
    h(
      "div",
      { class: "stage-main" },
      h("h3", {}, titleOf(name)),
      h("p", { class: "stage-what" }, explanationOf(name)),
    ),
  );

const WHY = {
  waiting: "Still to come",
  shut: "Shut off: none of this ran",
  unused: "Not needed this time",
};

export function missingStage({ names, missing }) {
  const titles = names.map(titleOf).join(", ");
  return h(
    "li",
    { class: `stage state-idle missing-${missing}`, "data-stage": names.join(" ") },
    rail(missing === "waiting" ? "running" : "idle"),
    h(
      "div",
      { class: "stage-main" },
      h("h3", {}, titles),
      h("p", { class: "stage-what" }, WHY[missing]),
    ),
  );
}

export function stageView(stage, trace, context, before) {
  const seconds = stage.steps.reduce((sum, step) => sum + (step.seconds ?? 0), 0);
  const told = toldSteps(stage);
  const chips = told.flatMap(stepChips);
  const title = h(
    "h3",
    {},
    titleOf(stage.name),
    stage.round > 1 && h("span", { class: "round" }, icon("loop"), `round ${stage.round}`),
  );
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
      h(
        "div",
        { class: "stage-head" },
        title,
        h("span", { class: "chips" }, chips),
        seconds > 0 && h("span", { class: "seconds" }, duration(seconds)),
      ),
      known && stage.round === 1 && h("p", { class: "stage-what" }, known),
      h("div", { class: "stage-body" }, bodies, inbox),
    ),
  );
  keepOpen(before, node);
  return node;
}

const received = (trace) =>
  h(
    "p",
    { class: "fact muted" },
    `Received at ${preciseTime(trace.received_at)}`,
    trace.attempts > 1 && ` · attempt ${trace.attempts}, after an interruption`,
  );

const rail = (state) => h("div", { class: "rail" }, gate(state));

function keepOpen(before, node) {
  if (!before) return;
  const open = [...before.querySelectorAll("details")].map((fold) => fold.open);
  [...node.querySelectorAll("details")].forEach((fold, i) => {
    if (open[i]) fold.open = true;
  });
}
