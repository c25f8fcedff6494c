// What a person can fill in: each input as a node, and how to read what is in it.

import { textObject } from "./blocks.js";
import { h } from "./dom.js";

const INPUTS = {
  plain_text_input: text,
  url_text_input: text,
  email_text_input: text,
  datepicker: date,
  users_select: (element, app, kept) =>
    one(people(app), kept ?? element.initial_user, "Nobody"),
  static_select: (element, app, kept) =>
    one(options(element), kept ?? element.initial_option?.value, "None"),
  multi_conversations_select: (element, app, kept) =>
    several(rooms(element, app), kept ?? element.initial_conversations),
  multi_static_select: (element, app, kept) =>
    several(options(element), kept ?? (element.initial_options ?? []).map((o) => o.value)),
};

/** An input element: its `node`, `read()` for its value, and whether it is `many` controls. */
export function inputOf(element, app, kept) {
  if (Object.hasOwn(INPUTS, element.type)) return INPUTS[element.type](element, app, kept);
  return { node: h("p", { class: "block-unknown" }, `A "${element.type}" input, not shown here`) };
}

function text(element, app, kept) {
  const node = h(element.multiline ? "textarea" : "input", {
    class: "input",
    maxlength: element.max_length,
    placeholder: element.placeholder?.text,
    autocomplete: "off",
  });
  node.value = kept ?? element.initial_value ?? "";
  return { node, read: () => node.value.trim() || null };
}

function date(element, app, kept) {
  const node = h("input", { class: "input", type: "date" });
  node.value = kept ?? element.initial_date ?? "";
  return { node, read: () => node.value || null };
}

function one(choices, first, nothing) {
  const node = h(
    "select",
    { class: "select" },
    h("option", { value: "" }, nothing),
    choices.map(({ value, label }) => h("option", { value }, label)),
  );
  node.value = first ?? "";
  return { node, read: () => node.value || null };
}

function several(choices, first = []) {
  const boxes = choices.map(({ value, label }) => {
    const box = h("input", { type: "checkbox", value });
    box.checked = first.includes(value);
    return { box, node: h("label", { class: "choice" }, box, label) };
  });
  const node = h(
    "div",
    { class: "choices" },
    boxes.length ? boxes.map((b) => b.node) : "There are none.",
  );
  const read = () => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
  return { node, read, many: true };
}

const options = (element) =>
  (element.options ?? []).map((o) => ({ value: o.value, label: textObject(o.text) }));

const people = (app) =>
  app.workspace.users.map((user) => ({ value: user.id, label: user.real_name }));

const KINDS = { channel: "public", private: "private", im: "im", mpim: "mpim" };

// As in Slack, people choose among the conversations that they can see themselves.
const rooms = (element, app) =>
  app.workspace.channels
    .filter((room) => (element.filter?.include ?? Object.values(KINDS)).includes(KINDS[room.kind]))
    .filter((room) => room.kind === "channel" || room.members.includes(app.me.id))
    .map((room) => ({ value: room.id, label: `${room.kind === "private" ? "🔒 " : "#"}${room.name}` }));
