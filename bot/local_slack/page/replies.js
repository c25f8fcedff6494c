// Boxes to reply in a thread, one a thread, kept with what is typed in them.

import { composer } from "./composer.js";
import { h } from "./dom.js";

/** The reply boxes of a conversation; `redraw` is called when one was opened or closed. */
export function replyBoxes(app, redraw) {
  const boxes = new Map();

  /** Show in `place` the box of a thread, or what opens one where a reply makes sense. */
  function draw(place, ts, answerable) {
    const box = boxes.get(ts);
    if (box) {
      if (!place.contains(box.element)) place.replaceChildren(box.element);
    } else if (!answerable) {
      place.replaceChildren();
    } else if (!place.firstElementChild?.matches(".reply-open")) {
      place.replaceChildren(opener(ts));
    }
  }

  const opener = (ts) =>
    h(
      "button",
      { type: "button", class: "reply-open", on: { click: () => open(ts) } },
      "Reply in this thread…",
    );

  function open(ts) {
    if (!boxes.has(ts)) boxes.set(ts, make(ts));
    redraw();
    const box = boxes.get(ts);
    box.focus();
    box.element.scrollIntoView({ block: "nearest" });
  }

  function make(ts) {
    return composer({
      label: "Reply in this thread",
      cancel: () => {
        boxes.delete(ts);
        redraw();
      },
      submit: async (text) => {
        if (text.startsWith("/")) throw new Error("Slash commands do not work in threads.");
        await app.send(text, { thread_ts: ts });
      },
    });
  }

  return { draw, open, has: (ts) => boxes.has(ts), clear: () => boxes.clear() };
}
