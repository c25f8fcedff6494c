// What an agent shows of its work: a plan and its tasks.

import { h } from "./dom.js";
import { icon } from "./icons.js";

const WORDS = {
  pending: "to do",
  in_progress: "under way",
  complete: "done",
  error: "failed",
};

/** A plan: while something is under way its tasks are open, then they fold away. */
export function plan(block, rich) {
  const tasks = block.tasks ?? [];
  const busy = tasks.some((task) => task.status === "in_progress");
  const title = busy ? block.title : `Worked through ${tasks.length} steps`;
  return h(
    "details",
    { class: "block-plan", open: busy },
    h("summary", {}, icon("down"), h("span", {}, title)),
    h(
      "ol",
      {},
      tasks.map((task) => h("li", {}, taskCard(task, rich))),
    ),
  );
}

/** One task: how it stands, what it is, what came of it. */
export const taskCard = (task, rich) =>
  h(
    "div",
    { class: `task task-${WORDS[task.status] ? task.status : "pending"}` },
    h("span", { class: "task-mark", role: "img", "aria-label": WORDS[task.status] ?? "" }),
    h("span", { class: "task-title" }, task.title ?? ""),
    task.output && h("span", { class: "task-output" }, rich(task.output)),
  );
