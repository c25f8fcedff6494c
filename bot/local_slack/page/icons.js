// Icons, drawn here so that the page loads nothing from elsewhere.

import { s } from "./dom.js";

const STROKES = {
  hash: "M6.5 2.5 5 13.5M11 2.5 9.5 13.5M2.8 5.8h11M2.2 10.2h11",
  lock: "M4 7.5h8v6H4zM5.5 7.5V5.3a2.5 2.5 0 0 1 5 0v2.2",
  home: "M2.5 7.5 8 2.8l5.5 4.7M4 6.5v6.7h8V6.5",
  send: "M2.8 13 13.8 8 2.8 3l1.7 5zM4.5 8h4.5",
  edit: "M3 13l.6-2.7 7.2-7.2 2.1 2.1-7.2 7.2z",
  trash: "M3 4.5h10M6.5 4.5v-1.7h3v1.7M4.3 4.5l.6 8.7h6.2l.6-8.7",
  reply: "M6.5 3.5 2.5 7l4 3.5M2.5 7h6.3c2.7 0 4.4 1.7 4.7 5",
  flow: "M5 2.5v11M11 2.5v11M5 5h6M5 8.5h6",
  down: "M4 6l4 4 4-4",
  right: "M6 4l4 4-4 4",
  check: "M3 8.5l3.3 3.3L13 4.8",
  close: "M4 4l8 8M12 4l-8 8",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  up: "M8 13V3.5M4 7.3 8 3.3l4 4",
  at: "M10.5 8a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zm0 0c0 3 3 2.8 3 0A5.5 5.5 0 1 0 11 12.7",
  thumbUp:
    "M2.8 7.3h2.4v5.9H2.8zM5.2 7.5 7.9 2.6c1.2 0 1.6.8 1.4 1.8L8.9 6.3h3.5c.8 0 1.3.7 1.1 1.5l-1 4.2c-.2.7-.8 1.2-1.5 1.2H5.2",
  thumbDown:
    "M2.8 8.7h2.4V2.8H2.8zM5.2 8.5l2.7 4.9c1.2 0 1.6-.8 1.4-1.8l-.4-1.9h3.5c.8 0 1.3-.7 1.1-1.5l-1-4.2c-.2-.7-.8-1.2-1.5-1.2H5.2",
  page: "M4 2.5h5l3 3v8H4zM9 2.5v3h3M6 8.5h4M6 11h4",
  clip: "M12.5 7.3 7.6 12.2a2.9 2.9 0 0 1-4.1-4.1l5.4-5.4a1.9 1.9 0 0 1 2.7 2.7L6.3 10.7a.9.9 0 0 1-1.3-1.3l4.5-4.5",
  save: "M4 2.5h8v11L8 10.6 4 13.5z",
  list: "M3 4.2h.01M6 4.2h7.5M3 8h.01M6 8h7.5M3 11.8h.01M6 11.8h7.5",
  loop: "M3 8a5 5 0 0 1 8.7-3.3L13 6M13 2.8V6H9.8M13 8a5 5 0 0 1-8.7 3.3L3 10M3 13.2V10h3.2",
};

/** A 16 px icon in the colour of the text. It is decoration: the label says what it means. */
export function icon(name) {
  const path = s("path", { d: STROKES[name] });
  return s("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true" }, path);
}

// How high the gate stands: water passes under it, a trickle, or not at all.
const PLATE = { allow: 4.5, restrict: 9, block: 12.5, idle: 8, running: 8 };

/** A gate that is open (`allow`), half open (`restrict`), shut (`block`), `idle` or `running`. */
export function gate(state) {
  const wet = state === "allow" || state === "restrict";
  return s(
    "svg",
    { class: `gate gate-${state}`, viewBox: "0 0 24 24", "aria-hidden": "true" },
    s("path", { class: "gate-frame", d: "M4.5 4v17M19.5 4v17M3 4h18" }),
    s("rect", { class: "gate-plate", x: 7.5, y: PLATE[state], width: 9, height: 7.5, rx: 1 }),
    wet && s("path", { class: "gate-water", d: "M7.5 20.3c1.5-1.3 3-1.3 4.5 0s3 1.3 4.5 0" }),
  );
}

/** Initials on a colour, the way people without a picture look. */
export function avatar(user) {
  const initials = (user.real_name || user.name || "?")
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word[0] ?? "")
    .join("")
    .toUpperCase();
  const hex = /^#?([0-9a-f]{6})$/i.exec(user.color ?? "")?.[1] ?? "6b7f86";
  return s(
    "svg",
    { class: "avatar", viewBox: "0 0 36 36", "aria-hidden": "true" },
    s("rect", { width: 36, height: 36, rx: 9, fill: `#${hex}` }),
    s("text", { x: 18, y: 23, "text-anchor": "middle" }, initials),
  );
}

// Sluice's mark, as in logo.svg. Drawn here too, so that no face waits for a file.
const MARK = [
  "M3 5.5A1.5 1.5 0 0 1 4.5 4h23a1.5 1.5 0 0 1 0 3H27v19.5a1.5 1.5 0 0 1-3 0V7H8v19.5a1.5 1.5 0 0 1-3 0V7h-.5A1.5 1.5 0 0 1 3 5.5z",
  "M14.75 1.75h2.5V8H21a1 1 0 0 1 1 1v6.5a1 1 0 0 1-1 1H11a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1h3.75z",
];
const WAVES =
  "M10.5 21.2c1.84-1.5 3.66-1.5 5.5 0s3.66 1.5 5.5 0M10.5 26.4c1.84-1.5 3.66-1.5 5.5 0s3.66 1.5 5.5 0";

/** The bot's picture: the mark on deep water. */
export function botAvatar() {
  return s(
    "svg",
    { class: "avatar avatar-bot", viewBox: "0 0 36 36", "aria-hidden": "true" },
    s("rect", { width: 36, height: 36, rx: 9 }),
    s(
      "g",
      { transform: "translate(8 7.5) scale(0.625)" },
      MARK.map((d) => s("path", { d })),
      s("path", { class: "waves", d: WAVES }),
    ),
  );
}
