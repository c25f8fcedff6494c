// The tour: what there is to see, each to be tried with one click.

import { h, reconcile } from "./dom.js";
import { icon } from "./icons.js";

const STORE = "sluice.tour";

/**
 * The tour's cards.
 *
 * `run(step, thread)` posts a step's message and resolves to `{channel, root}`, the thread it now
 * stands in. What was tried is kept for as long as the browser's tab.
 */
export function tour(app, run) {
  let tried = restore();
  let running = -1;
  const steps = app.workspace.tour;
  const cards = h("ol", { class: "tour-cards" });
  const progress = h("progress", {
    class: "tour-progress",
    max: Math.max(steps.length, 1),
    "aria-label": "Tour steps tried",
  });
  const again = h(
    "button",
    { type: "button", class: "tour-again", on: { click: reset } },
    "Start over",
  );
  const count = h("span", { class: "tour-count" });
  const done = h(
    "p",
    { class: "tour-done", hidden: true },
    "That was the tour. Admins look after the documents here as well: as one, try /kb, or drop a file in the direct messages. Everything here runs the same way in your own workspace: see the README.",
  );
  const title = h("h2", {}, "Tour ", count);
  const element = h(
    "section",
    { class: "tour", "aria-label": "Tour", hidden: steps.length === 0 },
    h("div", { class: "tour-head" }, title, again),
    progress,
    cards,
    done,
  );

  function draw() {
    const ticked = Object.keys(tried).length;
    const next = steps.findIndex((_, index) => !tried[index]);
    progress.value = ticked;
    count.textContent = `${ticked} of ${steps.length}`;
    again.hidden = ticked === 0;
    done.hidden = ticked < steps.length;
    const items = steps.map((step, index) => ({
      step,
      index,
      ticked: Boolean(tried[index]),
      next: index === next,
      waits: waits(step, index),
    }));
    reconcile(cards, items, (item) => item.index, card);
  }

  // A follow-up needs the thread of the step before it, in a conversation this person can see.
  const threadBefore = (step, index) =>
    step.reply && tried[index - 1]?.user === app.me.id ? tried[index - 1] : null;
  const waits = (step, index) => step.reply && !threadBefore(step, index);

  function card({ step, index, ticked, next, waits: mustWait }, before) {
    const print = JSON.stringify([ticked, next, mustWait, running === index]);
    if (before?.print === print) return before;
    const number = h(
      "span",
      { class: "tour-number", "aria-hidden": "true" },
      ticked ? icon("check") : String(index + 1),
    );
    const words = h(
      "span",
      { class: "tour-words" },
      h("strong", {}, step.title, ticked && h("span", { class: "hidden" }, " (tried)")),
      h(
        "span",
        { class: "tour-note" },
        mustWait ? `Continues step ${index}: try that one first.` : step.note,
      ),
    );
    const button = h(
      "button",
      {
        type: "button",
        class: "tour-card",
        title: `“${step.message}”`,
        disabled: mustWait,
        "aria-busy": running === index ? "true" : null,
        on: { click: () => go(step, index) },
      },
      number,
      words,
    );
    const node = h(
      "li",
      { class: [ticked && "ticked", next && "next"].filter(Boolean).join(" ") },
      button,
    );
    node.print = print;
    return node;
  }

  async function go(step, index) {
    if (running >= 0) return;
    running = index;
    draw();
    try {
      tried[index] = { ...(await run(step, threadBefore(step, index))), user: app.me.id };
      sessionStorage.setItem(STORE, JSON.stringify(tried));
    } catch (problem) {
      app.fail(problem);
    } finally {
      running = -1;
      draw();
    }
  }

  function reset() {
    tried = {};
    sessionStorage.removeItem(STORE);
    draw();
  }

  return { element, draw };
}

function restore() {
  try {
    return JSON.parse(sessionStorage.getItem(STORE)) ?? {};
  } catch {
    return {};
  }
}
