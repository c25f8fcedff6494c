// A box to write in, with completion of slash commands and of names.

import { everyone } from "./directory.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

const MAX_ROWS = 8;
let boxes = 0;

/**
 * Make a composer.
 *
 * `submit(text)` sends; when it throws, the text stays and the error is shown. `commands()` lists
 * the slash commands that may be completed here. `cancel()` is called on Escape.
 */
export function composer({
  label,
  submit,
  commands = () => [],
  cancel = null,
  value = "",
  extra = null,
  send = "Send",
}) {
  const id = `composer-${(boxes += 1)}`;
  const text = h("textarea", {
    id,
    rows: 1,
    "aria-label": label,
    placeholder: label,
    "aria-autocomplete": "list",
    "aria-controls": `${id}-list`,
    autocomplete: "off",
  });
  text.value = value;
  const list = h("ul", {
    id: `${id}-list`,
    class: "completion",
    role: "listbox",
    "aria-label": "Suggestions",
    hidden: true,
  });
  const error = h("p", { class: "composer-error", role: "alert", hidden: true });
  const button = h(
    "button",
    { type: "submit", class: "send", "aria-label": send, title: `${send} (Enter)` },
    icon("send"),
  );
  const cancelButton =
    cancel &&
    h("button", { type: "button", class: "button quiet", on: { click: cancel } }, "Cancel");
  const tools = h(
    "div",
    { class: "composer-tools" },
    extra,
    h("span", { class: "spacer" }),
    cancelButton,
    button,
  );
  const form = h("form", { class: "composer" }, list, text, tools, error);
  const completion = completionOf(text, list, commands, resize);

  function resize() {
    text.rows = Math.min(text.value.split("\n").length, MAX_ROWS);
    button.disabled = !text.value.trim();
  }

  async function sendNow() {
    const written = text.value.trim();
    if (!written || form.classList.contains("sending")) return;
    form.classList.add("sending");
    error.hidden = true;
    completion.close();
    try {
      await submit(written);
      text.value = "";
    } catch (problem) {
      error.textContent = problem.message;
      error.hidden = false;
    } finally {
      form.classList.remove("sending");
      resize();
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sendNow();
  });
  text.addEventListener("input", () => {
    resize();
    completion.update();
  });
  text.addEventListener("blur", () => completion.close());
  text.addEventListener("keydown", (event) => {
    if (event.isComposing || completion.key(event)) return;
    if (event.key === "Escape" && cancel) cancel();
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      sendNow();
    }
  });
  resize();

  return {
    element: form,
    focus: () => {
      text.focus();
      text.setSelectionRange(text.value.length, text.value.length);
    },
    get value() {
      return text.value;
    },
    set value(written) {
      text.value = written;
      error.hidden = true;
      resize();
    },
    set label(words) {
      text.placeholder = words;
      text.setAttribute("aria-label", words);
    },
    /** Put a word where the cursor is, with the spaces it needs. */
    insert(word) {
      const before = text.value.slice(0, text.selectionStart);
      const gap = before && !/\s$/.test(before) ? " " : "";
      text.setRangeText(`${gap}${word} `, text.selectionStart, text.selectionEnd, "end");
      resize();
      text.focus();
    },
  };
}

// --- completion -----------------------------------------------------------------------------------

function completionOf(text, list, commands, changed) {
  let options = [];
  let at = 0;

  function update() {
    options = offers(text, commands());
    at = 0;
    draw();
  }

  function draw() {
    list.hidden = options.length === 0;
    list.replaceChildren(...options.map(row));
    if (list.hidden) text.removeAttribute("aria-activedescendant");
    else text.setAttribute("aria-activedescendant", `${list.id}-${at}`);
  }

  function row(option, index) {
    const mousedown = (event) => {
      event.preventDefault();
      take(option);
    };
    return h(
      "li",
      {
        id: `${list.id}-${index}`,
        role: "option",
        "aria-selected": String(index === at),
        on: { mousedown },
      },
      h("strong", {}, option.label),
      option.hint && h("span", { class: "usage" }, option.hint),
      h("span", { class: "what" }, option.what),
    );
  }

  function take(option) {
    const caret = text.selectionStart;
    text.setRangeText(`${option.insert} `, caret - option.typed, caret, "end");
    close();
    changed();
  }

  function close() {
    options = [];
    draw();
  }

  /** Handle a key; true when it was meant for the list. */
  function key(event) {
    if (!options.length || event.shiftKey) return false;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) {
      at = (at + moves[event.key] + options.length) % options.length;
      draw();
    } else if (event.key === "Tab" || (event.key === "Enter" && !isWhole(text, options[at]))) {
      take(options[at]);
    } else if (event.key === "Escape") {
      close();
    } else {
      return false;
    }
    event.preventDefault();
    return true;
  }

  return { update, close, key };
}

const isWhole = (text, option) => text.value.trim() === option.insert;

function offers(text, commands) {
  const before = text.value.slice(0, text.selectionStart);
  if (/^\/\S*$/.test(before)) {
    return commands
      .filter((c) => c.command.startsWith(before.toLowerCase()))
      .map((c) => ({
        label: c.command,
        insert: c.command,
        hint: c.usage_hint,
        what: c.description,
        typed: before.length,
      }));
  }
  const name = /(?:^|\s)@([\w.]*)$/.exec(before)?.[1];
  if (name === undefined) return [];
  return everyone()
    .filter((user) =>
      [user.name, user.real_name].some((n) => n.toLowerCase().startsWith(name.toLowerCase())),
    )
    .map((user) => ({
      label: user.real_name,
      insert: `@${user.real_name}`,
      what: user.title,
      typed: name.length + 1,
    }));
}
