// Block Kit, as Slack would show it. What this page does not know becomes a neutral placeholder.

import { channelName, userName } from "./directory.js";
import { confirmation, h, link } from "./dom.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { emoji, mention, mrkdwn } from "./mrkdwn.js";
import { plan, taskCard } from "./plan.js";

/**
 * The nodes of a message's or a view's blocks.
 *
 * `act({block_id, action_id, value})` is called when a person presses something, and resolves
 * once the local Slack has handed it to the app.
 */
export const blocks = (list, act) => list.map((block) => render(block, act));

const BLOCKS = {
  section,
  markdown: (block) => h("div", { class: "block-markdown" }, markdown(block.text ?? "")),
  header: (block) => h("h3", { class: "block-header" }, plain(block.text)),
  divider: () => h("hr"),
  context: (block) =>
    h("div", { class: "block-context" }, (block.elements ?? []).map(contextElement)),
  actions: (block, act) =>
    h(
      "div",
      { class: "block-actions" },
      (block.elements ?? []).map((e) => element(e, block, act)),
    ),
  context_actions: (block, act) =>
    h(
      "div",
      { class: "block-feedback" },
      (block.elements ?? []).map((e) => element(e, block, act)),
    ),
  image: (block) => image(block.alt_text, block.title?.text),
  rich_text: (block) => h("div", { class: "block-rich" }, (block.elements ?? []).map(richBlock)),
  plan: (block) => plan(block, richText),
  task_card: (block) => taskCard(block, richText),
  table,
};

const richText = (block) => (block.elements ?? []).map(richBlock);

function render(block, act) {
  return Object.hasOwn(BLOCKS, block.type)
    ? BLOCKS[block.type](block, act)
    : placeholder(block.type);
}

const placeholder = (type) =>
  h(
    "div",
    { class: "block-unknown" },
    `A "${String(type)}" element, which this page does not show`,
  );

/** A text object: mrkdwn or plain. */
export function textObject(text) {
  if (!text) return [];
  return text.type === "mrkdwn" ? mrkdwn(text.text ?? "", text.verbatim) : plain(text);
}

const plain = (text) =>
  (text?.text ?? "")
    .split(/(:[a-z0-9_+-]+:)/)
    .map((part, i) => (i % 2 ? emoji(part.slice(1, -1)) : part));

const image = (alt, title) =>
  h("div", { class: "block-image", role: "img", "aria-label": alt ?? "" }, title || alt || "Image");

function section(block, act) {
  const text = h(
    "div",
    { class: "block-section-text" },
    block.text && h("div", {}, textObject(block.text)),
    block.fields &&
      h(
        "div",
        { class: "block-fields" },
        block.fields.map((field) => h("div", {}, textObject(field))),
      ),
  );
  const beside = block.accessory && element(block.accessory, block, act);
  return h("div", { class: "block-section" }, text, beside);
}

function contextElement(item) {
  if (item.type === "image") return h("span", { class: "image-alt" }, item.alt_text ?? "");
  return h("div", {}, textObject(item));
}

// --- what can be pressed --------------------------------------------------------------------------

const ELEMENTS = {
  button,
  feedback_buttons: feedback,
  icon_button: iconButton,
  static_select: select,
};

function element(item, block, act) {
  if (item.type === "image") return image(item.alt_text);
  if (!Object.hasOwn(ELEMENTS, item.type)) return placeholder(item.type);
  return ELEMENTS[item.type](item, (value) => press(item, block, value, act));
}

async function press(item, block, value, act) {
  if (item.confirm && !(await confirmed(item.confirm))) return;
  await act({ block_id: block.block_id ?? "", action_id: item.action_id ?? "", value });
}

const confirmed = (dialog) =>
  confirmation({
    title: plain(dialog.title),
    body: textObject(dialog.text),
    yes: dialog.confirm?.text,
    no: dialog.deny?.text,
    danger: dialog.style === "danger",
  });

function button(item, pressed) {
  if (item.url) return h("span", { class: "button" }, link(item.url, plain(item.text)));
  const style = item.style === "primary" || item.style === "danger" ? item.style : "";
  return busyButton({ class: `button ${style}` }, plain(item.text), () =>
    pressed(item.value ?? ""),
  );
}

function feedback(item, pressed) {
  const one = (choice, name) =>
    choice &&
    busyButton(
      { class: "feedback", "aria-label": choice.accessibility_label ?? choice.text?.text },
      [icon(name), h("span", {}, plain(choice.text))],
      () => pressed(choice.value ?? ""),
    );
  return [one(item.positive_button, "thumbUp"), one(item.negative_button, "thumbDown")];
}

function iconButton(item, pressed) {
  const name = item.icon === "trash" ? "trash" : "right";
  return busyButton({ class: "feedback" }, [icon(name), plain(item.text)], () =>
    pressed(item.value ?? ""),
  );
}

function select(item, pressed) {
  const options = (item.options ?? []).map((o) => h("option", { value: o.value }, plain(o.text)));
  const first = h("option", { value: "", disabled: true, selected: true }, plain(item.placeholder));
  const change = (event) => pressed(event.target.value);
  return h(
    "select",
    { class: "select", "aria-label": item.placeholder?.text, on: { change } },
    first,
    options,
  );
}

// Slack shows a spinner until the app has answered; a second press meanwhile does nothing.
function busyButton(props, label, pressed) {
  const click = async (event) => {
    const target = event.currentTarget;
    if (target.getAttribute("aria-busy") === "true") return;
    target.setAttribute("aria-busy", "true");
    try {
      await pressed();
    } finally {
      target.removeAttribute("aria-busy");
    }
  };
  return h("button", { type: "button", ...props, on: { click } }, label);
}

// --- rich text ------------------------------------------------------------------------------------

const RICH_BLOCKS = {
  rich_text_section: (block) => h("div", {}, (block.elements ?? []).map(richSpan)),
  rich_text_preformatted: (block) =>
    h("pre", {}, h("code", {}, (block.elements ?? []).map(richSpan))),
  rich_text_quote: (block) => h("blockquote", {}, (block.elements ?? []).map(richSpan)),
  rich_text_list: (block) =>
    h(
      block.style === "ordered" ? "ol" : "ul",
      { class: `indent-${Math.min(Number(block.indent) || 0, 8)}` },
      (block.elements ?? []).map((item) => h("li", {}, (item.elements ?? []).map(richSpan))),
    ),
};

function richBlock(block) {
  return Object.hasOwn(RICH_BLOCKS, block.type)
    ? RICH_BLOCKS[block.type](block)
    : placeholder(block.type);
}

const RICH_SPANS = {
  text: (span) => (span.text ?? "").split("\n").flatMap((row, i) => (i ? [h("br"), row] : [row])),
  link: (span) => link(span.url ?? "", span.text || span.url || ""),
  user: (span) => mention(`@${userName(span.user_id)}`),
  channel: (span) => mention(`#${channelName(span.channel_id)}`),
  usergroup: (span) => mention(`@${span.usergroup_id}`),
  broadcast: (span) => mention(`@${span.range}`),
  emoji: (span) => emoji(span.name ?? ""),
  date: (span) => span.fallback ?? "",
  color: (span) => h("code", {}, span.value ?? ""),
};

const STYLES = [
  ["code", "code"],
  ["strike", "s"],
  ["italic", "em"],
  ["bold", "strong"],
];

function richSpan(span) {
  const inner = Object.hasOwn(RICH_SPANS, span.type)
    ? RICH_SPANS[span.type](span)
    : (span.text ?? "");
  return STYLES.reduce(
    (node, [style, tag]) => (span.style?.[style] ? h(tag, {}, node) : node),
    inner,
  );
}

function table(block) {
  const sides = block.column_settings ?? [];
  const side = (i) => ({ right: "align-end", center: "align-center" })[sides[i]?.align] ?? null;
  const cell = (item) =>
    item.type === "rich_text" ? (item.elements ?? []).map(richBlock) : (item.text ?? "");
  const row = (items, tag) =>
    h(
      "tr",
      {},
      items.map((item, i) => h(tag, { class: side(i) }, cell(item))),
    );
  const [first = [], ...rest] = block.rows ?? [];
  const body = h(
    "tbody",
    {},
    rest.map((items) => row(items, "td")),
  );
  const whole = h("table", {}, h("thead", {}, row(first, "th")), body);
  return h("div", { class: "table-scroll", tabindex: 0 }, whole);
}
