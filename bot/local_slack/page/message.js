// One message, as it stands in a conversation.

import { blocks } from "./blocks.js";
import { composer } from "./composer.js";
import { isBot, person, userName } from "./directory.js";
import { confirmation, h } from "./dom.js";
import { isoOf, timeOf } from "./format.js";
import { avatar, botAvatar, icon } from "./icons.js";
import { emoji, mrkdwn, unescape } from "./mrkdwn.js";

export const byBot = (message) => Boolean(message.bot_id) || isBot(message.user);

/**
 * The node of a message.
 *
 * `acts` is what can be done from here: `select`, `reply` (null where it makes no sense), `click`,
 * `edit` and `remove`.
 */
export function messageView(message, { me, selected, acts }) {
  const mine = message.user === me && !byBot(message);
  const node = h(
    "article",
    {
      class: classes(message, selected),
      "data-ts": message.ts,
      "aria-label": `${author(message)}, ${timeOf(message.ts)}`,
      on: { click: (event) => isPlainClick(event) && acts.select(message) },
    },
    h(
      "div",
      { class: "message-face" },
      byBot(message)
        ? botAvatar()
        : avatar({ ...person(message.user), real_name: author(message) }),
    ),
    h("div", { class: "message-body" }, head(message, selected, acts), body(message, acts)),
  );
  const tools = toolbar(message, mine, acts, node);
  if (tools.hasChildNodes()) node.append(tools);
  return node;
}

const classes = (message, selected) =>
  [
    "message",
    selected && "selected",
    message.ephemeral && "ephemeral",
    message.streaming && "streaming",
  ]
    .filter(Boolean)
    .join(" ");

export const author = (message) =>
  message.username ||
  (byBot(message) ? userName(message.user) || "App" : person(message.user).real_name);

/** What a message says, for a screen reader's announcement. */
export const spokenText = (message) =>
  unescape(message.text || "")
    .replace(/<([^<>|]*\|)?([^<>]*)>/g, "$2")
    .slice(0, 300);

// A click selects the message, unless it was meant for something in it or selected some text.
const isPlainClick = (event) =>
  !event.target.closest("a, button, textarea, select, summary, form") &&
  document.getSelection()?.isCollapsed !== false;

function head(message, selected, acts) {
  const flow = () => acts.select(message);
  return h(
    "header",
    { class: "message-head" },
    h("span", { class: "author" }, author(message)),
    byBot(message) && h("span", { class: "badge" }, "App"),
    h("time", { datetime: isoOf(message.ts) }, timeOf(message.ts)),
    message.ephemeral && h("span", { class: "only-you" }, "Only visible to you"),
    byBot(message) &&
      h(
        "button",
        {
          type: "button",
          class: "flow-link",
          "aria-pressed": String(Boolean(selected)),
          on: { click: flow },
        },
        icon("flow"),
        selected ? "Flow shown" : "Show flow",
      ),
  );
}

function body(message, acts) {
  const act = (action) => acts.click(message, action);
  const content = message.blocks?.length ? blocks(message.blocks, act) : mrkdwn(message.text ?? "");
  return h(
    "div",
    { class: "message-content" },
    content,
    message.edited && h("span", { class: "edited" }, " (edited)"),
    message.streaming && acts.stop && stopButton(message, acts),
    message.files?.length ? h("div", { class: "files" }, message.files.map(file)) : null,
    message.reactions?.length
      ? h("div", { class: "reactions" }, message.reactions.map(reaction))
      : null,
  );
}

// Slack shows a stop button of its own while an agent writes.
const stopButton = (message, acts) =>
  h(
    "div",
    { class: "block-actions" },
    h(
      "button",
      { type: "button", class: "button stop", on: { click: () => acts.stop(message) } },
      "Stop",
    ),
  );

// A name and no more: nothing is loaded that a message points at.
const file = (one) => h("span", { class: "file" }, icon("page"), one.title || one.name || "File");

const reaction = (one) =>
  h(
    "span",
    { class: "reaction", title: (one.users ?? []).map(userName).join(", ") },
    emoji(one.name),
    ` ${(one.users ?? []).length || one.count || 1}`,
  );

function toolbar(message, mine, acts, node) {
  const tool = (name, label, click) =>
    h(
      "button",
      { type: "button", class: "tool", "aria-label": label, title: label, on: { click } },
      icon(name),
    );
  return h(
    "div",
    { class: "message-tools" },
    !byBot(message) && tool("flow", "Show flow", () => acts.select(message)),
    acts.reply && !message.ephemeral && tool("reply", "Reply in thread", () => acts.reply(message)),
    acts.shortcuts?.map((one) =>
      tool(one.callback_id.startsWith("summ") ? "list" : "save", one.name, () => acts.shortcut(message, one.callback_id)),
    ),
    mine && tool("edit", "Edit message", () => edit(message, node, acts)),
    mine && tool("trash", "Delete message", () => remove(message, acts)),
  );
}

function edit(message, node, acts) {
  const content = node.querySelector(".message-content");
  const close = () => {
    node.classList.remove("editing");
    box.element.replaceWith(content);
  };
  const box = composer({
    label: "Edit message",
    send: "Save",
    value: typed(message.text),
    cancel: close,
    submit: async (text) => {
      await acts.edit(message, text);
      close();
    },
  });
  node.classList.add("editing");
  content.replaceWith(box.element);
  box.focus();
}

// The text as it was typed: what the client made of it, undone.
const typed = (text) =>
  unescape(
    (text ?? "")
      .replace(/<@(\w+)(?:\|[^>]*)?>/g, (_, id) => `@${userName(id)}`)
      .replace(/<(https?:[^>|]*)(?:\|[^>]*)?>/g, "$1"),
  );

async function remove(message, acts) {
  const sure = await confirmation({
    title: "Delete message",
    body: "Delete this message? This cannot be undone.",
    yes: "Delete",
    danger: true,
  });
  if (sure) await acts.remove(message);
}
