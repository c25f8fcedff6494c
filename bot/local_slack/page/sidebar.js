// Who you are, and where you can go.

import { h, reconcile, s } from "./dom.js";
import { avatar, botAvatar, icon } from "./icons.js";

/** Show the sidebar in `root`; `draw` brings it up to date with `app`. */
export function sidebar(root, app, tour) {
  const you = h("fieldset", { class: "you" });
  const nav = h("div", { class: "rooms" });
  root.append(brand(app.workspace), you, nav, tour.element);

  function draw() {
    drawYou(you, app);
    const groups = roomsOf(app);
    reconcile(
      nav,
      groups,
      (group) => group.name,
      (group, before) => drawGroup(group, before, app),
    );
    tour.draw();
  }

  return { draw };
}

const brand = (workspace) =>
  h(
    "div",
    { class: "brand" },
    s(
      "svg",
      { class: "brand-logo", viewBox: "0 0 130 32", role: "img", "aria-label": "Sluice" },
      s("use", { href: "/page/logo.svg#mark", width: 32, height: 32 }),
      s("use", { href: "/page/logo.svg#word", x: 40, width: 90, height: 32 }),
    ),
    h("span", { class: "brand-team" }, `${workspace.team.name} · a Slack on this machine`),
  );

function drawYou(you, app) {
  const option = (user) => {
    const checked = user.id === app.me.id;
    const change = () => app.go({ user: user.id });
    return h(
      "label",
      { class: "you-option", title: `${user.real_name}, ${user.title}` },
      h("input", { type: "radio", name: "you", value: user.id, checked, on: { change } }),
      avatar(user),
      h("span", { class: "hidden" }, user.real_name),
    );
  };
  if (you.dataset.user === app.me.id) return;
  you.dataset.user = app.me.id;
  const hadFocus = you.contains(document.activeElement);
  const role = app.me.is_admin ? "Admin" : app.me.is_guest ? "Guest" : "Employee";
  you.replaceChildren(
    h("legend", {}, "You are"),
    h("div", { class: "you-options" }, app.workspace.users.map(option)),
    h("p", { class: "you-name" }, app.me.real_name, h("span", { class: "role" }, role)),
    h("p", { class: "you-title" }, app.me.title),
  );
  if (hadFocus) you.querySelector(`[value="${CSS.escape(app.me.id)}"]`)?.focus();
}

function roomsOf(app) {
  const mine = app.workspace.channels.filter((room) => isIn(room, app.me.id));
  const dm = mine.filter((room) => room.kind === "im");
  return [
    { name: "Channels", rooms: mine.filter((room) => room.kind !== "im") },
    {
      name: app.workspace.bot.name,
      rooms: [...dm, { id: "home", kind: "home", name: "App Home" }],
    },
  ];
}

/** May this person read that conversation? */
export const isIn = (room, user) =>
  room.kind === "im" ? room.user === user : room.members.includes(user);

function drawGroup(group, before, app) {
  const node = before ?? h("section", {}, h("h2", {}, group.name), h("ul"));
  reconcile(
    node.querySelector("ul"),
    group.rooms,
    (room) => room.id,
    (room, old) => drawRoom(room, old, app),
  );
  return node;
}

// Changed in place: a link that is replaced under the mouse swallows the click.
function drawRoom(room, before, app) {
  const node = before ?? roomLink(room, app);
  const link = node.querySelector("button");
  const current = app.room.id === room.id;
  const unread = !current && app.unread.has(room.id);
  link.classList.toggle("unread", unread);
  link.querySelector(".unread-mark").hidden = !unread;
  if (current) link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
  return node;
}

function roomLink(room, app) {
  const name = room.kind === "im" ? "Direct message" : room.name;
  const click = () => app.go({ room: room.id });
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: "room-link", on: { click } },
      roomIcon(room),
      h("span", {}, name),
      h("span", { class: "hidden unread-mark", hidden: true }, "(unread)"),
    ),
  );
}

export function roomIcon(room) {
  if (room.kind === "im") return botAvatar();
  return icon({ home: "home", private: "lock" }[room.kind] ?? "hash");
}
