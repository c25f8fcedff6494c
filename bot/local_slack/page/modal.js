// The app's modal: a form over the page, sent to the app as Slack sends it.

import { get, post } from "./api.js";
import { blocks, textObject } from "./blocks.js";
import { h } from "./dom.js";
import { inputOf } from "./inputs.js";

/** Follow the modal that the app shows a person; `app` tells who looks and what failed. */
export function modal(app) {
  let shown = null;

  async function refresh() {
    const { view } = await get("modal", { user: app.me.id });
    const print = view && `${view.id} ${view.hash}`;
    if (print === (shown?.print ?? null)) return;
    const kept = shown && view?.id === shown.id ? shown.values() : {};
    shown?.take();
    shown = view ? { ...open(view, kept), print, id: view.id } : null;
  }

  function open(view, kept) {
    const fields = view.blocks.map((block) => field(block, app, kept[block.block_id]));
    const problem = h("p", { class: "modal-problem", role: "alert", hidden: true });
    const close = () => post("close_view", { user: app.me.id, view_id: view.id }).catch(app.fail);
    const send = h("button", { class: "button primary" }, textObject(view.submit));
    const form = h(
      "form",
      { method: "dialog" },
      h("div", { class: "modal-fields" }, fields.map((one) => one.node)),
      problem,
      h(
        "div",
        { class: "dialog-buttons" },
        h("button", { type: "button", class: "button", on: { click: close } }, textObject(view.close)),
        view.submit && send,
      ),
    );
    const dialog = h(
      "dialog",
      { class: "dialog modal", "aria-labelledby": "modal-title" },
      h("h2", { id: "modal-title" }, textObject(view.title)),
      form,
    );
    const values = () =>
      Object.fromEntries(
        fields.filter((one) => one.read).map((one) => [one.block_id, { [one.action_id]: one.read() }]),
      );

    async function submit(event) {
      event.preventDefault();
      send.setAttribute("aria-busy", "true");
      problem.hidden = true;
      fields.forEach((one) => one.complain?.(""));
      try {
        const sent = await post("submit", { user: app.me.id, view_id: view.id, values: values() });
        fields.forEach((one) => one.complain?.(sent.errors[one.block_id] ?? ""));
        if (!sent.closed && !Object.keys(sent.errors).length) say("The app did not take it. Try again.");
      } catch (mistake) {
        say(mistake.message);
      } finally {
        send.removeAttribute("aria-busy");
      }
    }

    function say(words) {
      problem.textContent = words;
      problem.hidden = false;
    }

    form.addEventListener("submit", submit);
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      close();
    });
    document.body.append(dialog);
    dialog.showModal();
    form.querySelector("input, select, textarea")?.focus(); // else a link in the text above has it
    return { values, take: () => dialog.remove() };
  }

  return { refresh };
}

/** A block of a modal: an input with its label, hint and complaint, or what blocks show anywhere. */
function field(block, app, kept) {
  if (block.type !== "input") return { node: h("div", {}, blocks([block], () => {})) };
  const input = inputOf(block.element, app, kept?.[block.element.action_id]);
  if (!block.optional && !input.many) input.node.required = true;
  const complaint = h("p", { class: "modal-complaint", role: "alert", hidden: true });
  const node = h(
    input.many ? "fieldset" : "label",
    { class: "modal-field", "data-block": block.block_id },
    h(
      input.many ? "legend" : "span",
      { class: "modal-label" },
      textObject(block.label),
      block.optional && h("span", { class: "modal-optional" }, " (optional)"),
    ),
    input.node,
    block.hint && h("span", { class: "modal-hint" }, textObject(block.hint)),
    complaint,
  );
  return {
    node,
    block_id: block.block_id,
    action_id: block.element.action_id,
    read: input.read,
    complain(words) {
      complaint.textContent = words;
      complaint.hidden = !words;
    },
  };
}
