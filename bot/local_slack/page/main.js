// A Slack on this machine, with the flow of every message beside it. This file puts it together.

import { follow, get, post, RETRY_MS } from "./api.js";
import { composer } from "./composer.js";
import { conversation } from "./conversation.js";
import { learn } from "./directory.js";
import { h } from "./dom.js";
import { flowPanel } from "./flow.js";
import { home } from "./home.js";
import { icon } from "./icons.js";
import { fail, showGone, showNothing, showStarting } from "./notices.js";
import { modal } from "./modal.js";
import { isIn, roomIcon, sidebar } from "./sidebar.js";
import { tour } from "./tour.js";
import { clip } from "./upload.js";

const HOME = { id: "home", kind: "home", name: "App Home" };
const at = (id) => document.getElementById(id);

/** What every part of the page shares: where we are, and what can be done. */
const app = {
  workspace: null,
  me: null,
  room: null,
  selected: null,
  unread: new Set(),
  go,
  send,
  select,
  fail,
  edit: (message, text) => post("edit", { ...here(), ts: message.ts, text }),
  remove: (message) => post("delete", { ...here(), ts: message.ts }),
  click: (message, action) => post("click", { ...here(), ts: message.ts, ...action }).catch(fail),
  stop: (message) =>
    post("stop", { ...here(), thread_ts: message.thread_ts || message.ts }).catch(fail),
  shortcut: (message, callback_id) =>
    post("shortcut", { ...here(), ts: message.ts, callback_id }).catch(fail),
  announce: (words) => {
    at("announcer").textContent = words;
  },
};

let parts = null;
let unfollow = () => {};
const drafts = new Map();

const here = () => ({ user: app.me.id, channel: app.room.id });
const roomOf = (id) =>
  id === HOME.id ? HOME : app.workspace.channels.find((room) => room.id === id);
const dmOf = (user) =>
  app.workspace.channels.find((room) => room.kind === "im" && room.user === user);
const mayEnter = (room) => room && (room === HOME || isIn(room, app.me.id));

// --- starting -------------------------------------------------------------------------------------

async function start() {
  try {
    app.workspace = await get("workspace");
  } catch (problem) {
    fail(problem);
    showGone();
    setTimeout(start, RETRY_MS);
    return;
  }
  learn(app.workspace);
  const [user, room] = location.hash.slice(1).split("/");
  app.me = app.workspace.users.find((one) => one.id === user) ?? app.workspace.users[0];
  app.room = mayEnter(roomOf(room)) ? roomOf(room) : firstRoom();
  parts = build();
  window.addEventListener("hashchange", onHash);
  document.addEventListener("click", (event) => followLink(event).catch(fail));
  follows();
  showRoom();
}

const firstRoom = () => dmOf(app.me.id) ?? app.workspace.channels.find(mayEnter) ?? HOME;

function build() {
  const content = at("content");
  const conversationRoot = h("div", { class: "conversation" });
  const homeRoot = h("div", { class: "home-root" });
  content.append(conversationRoot, homeRoot);
  const mentionBot = h(
    "button",
    {
      type: "button",
      class: "button quiet mention-bot",
      on: { click: () => box.insert(`@${app.workspace.bot.name}`) },
    },
    icon("at"),
    app.workspace.bot.name,
  );
  const box = composer({
    label: "Message",
    submit: send,
    commands: () => app.workspace.commands,
    extra: [clip(upload, fail), mentionBot, h("span", { class: "keys" }, "Enter sends, Shift+Enter breaks the line")],
  });
  at("composer").append(box.element);
  return {
    box,
    mentionBot,
    conversationRoot,
    homeRoot,
    sidebar: sidebar(at("sidebar"), app, tour(app, runTourStep)),
    conversation: conversation(conversationRoot, at("scroller"), app),
    flow: flowPanel(at("flow"), app, () => toggle("flow", false)),
    home: home(homeRoot, app),
    modal: modal(app),
  };
}

// --- going from room to room ----------------------------------------------------------------------

/** Go to a room, or become another person. */
function go({ user = app.me.id, room = app.room.id }) {
  toggle("sidebar", false);
  if (user === app.me.id && room === app.room.id) return undefined;
  drafts.set(`${app.me.id}/${app.room.id}`, parts.box.value);
  const changedUser = user !== app.me.id;
  app.me = app.workspace.users.find((one) => one.id === user);
  const wanted =
    changedUser && app.room.kind === "im" && room === app.room.id ? dmOf(user) : roomOf(room);
  app.room = mayEnter(wanted) ? wanted : firstRoom();
  if (changedUser) {
    app.unread.clear();
    follows();
  }
  return showRoom();
}

/** A link to a message of this Slack leads to it here, where the real Slack would open it. */
async function followLink(event) {
  const link = event.target.closest?.("a[href]");
  const found = /^https:\/\/[a-z0-9-]+\.slack\.com\/archives\/(\w+)\/p(\d{10})(\d{6})/.exec(link?.href);
  if (!found || !roomOf(found[1])) return;
  event.preventDefault();
  await go({ room: found[1] });
  const message = document.querySelector(`[data-ts="${found[2]}.${found[3]}"]`);
  document.querySelector(".pointed")?.classList.remove("pointed");
  message?.scrollIntoView({ block: "center" });
  message?.classList.add("pointed");
}

function onHash() {
  const [user, room] = location.hash.slice(1).split("/");
  if (app.workspace.users.some((one) => one.id === user) && roomOf(room)) go({ user, room });
}

function showRoom() {
  const isHome = app.room === HOME;
  const address = `#${app.me.id}/${app.room.id}`;
  if (location.hash !== address) history.pushState(null, "", address);
  app.unread.delete(app.room.id);
  app.select(null);
  drawHeader();
  parts.sidebar.draw();
  parts.conversationRoot.hidden = isHome;
  parts.homeRoot.hidden = !isHome;
  at("composer").hidden = isHome;
  parts.mentionBot.hidden = app.room.kind === "im";
  parts.box.value = drafts.get(`${app.me.id}/${app.room.id}`) ?? "";
  parts.box.label =
    app.room.kind === "im"
      ? `Ask ${app.workspace.bot.name} something new`
      : `Message #${app.room.name}`;
  document.title = `${app.room.kind === "im" ? app.workspace.bot.name : app.room.name} · Sluice`;
  parts.home.close();
  // Slack tells the app when somebody opens its DM; it may answer with suggestions.
  if (app.room.kind === "im") post("open_dm", { user: app.me.id }).catch(fail);
  const opened = isHome ? parts.home.open() : parts.conversation.open(app.room);
  return opened.catch(fail);
}

function drawHeader() {
  const { room } = app;
  const title = room.kind === "im" ? app.workspace.bot.name : room.name;
  const topic =
    room.kind === "im"
      ? app.workspace.bot.description
      : room.kind === "home"
        ? `What ${app.workspace.bot.name} shows ${app.me.real_name}`
        : room.topic;
  const opener = (id, name, label) =>
    h(
      "button",
      {
        type: "button",
        class: `tool open-${id}`,
        "aria-label": label,
        title: label,
        "aria-controls": id,
        on: { click: () => toggle(id) },
      },
      icon(name),
    );
  at("room").replaceChildren(
    opener("sidebar", "menu", "Channels and tour"),
    h("div", { class: "room-icon" }, roomIcon(room)),
    h("div", { class: "room-words" }, h("h1", {}, title), topic && h("p", { title: topic }, topic)),
    opener("flow", "flow", "Flow panel"),
  );
}

/** Open or close a side of the page where the screen is too small for all three. */
function toggle(id, open = !document.body.classList.contains(`${id}-open`)) {
  document.body.classList.toggle(`${id}-open`, open);
  if (open) document.body.classList.remove(id === "flow" ? "sidebar-open" : "flow-open");
}

function select(message, { unfold = false } = {}) {
  app.selected = message;
  parts.flow.show(message, app.room.id);
  if (unfold) toggle("flow", true);
}

// --- saying something -----------------------------------------------------------------------------

/** Send what was typed: a message, a reply (`thread_ts`) or a slash command. Resolves to its ts. */
async function send(text, { thread_ts = null } = {}) {
  const command = /^\/\S+/.exec(text)?.[0];
  if (command) return sendCommand(command, text.slice(command.length).trim());
  const { ts } = await post("post", { ...here(), text, ...(thread_ts && { thread_ts }) });
  await parts.conversation.posted(ts, thread_ts ?? ts);
  return ts;
}

/** Share a file in the room, with what was typed beside it. */
async function upload(file) {
  const text = parts.box.value.trim();
  const { ts } = await post("upload", { ...here(), ...file, text });
  parts.box.value = "";
  await parts.conversation.posted(ts);
}

async function sendCommand(command, text) {
  const known = app.workspace.commands.some((one) => one.command === command);
  if (!known)
    throw new Error(
      `${command} is not a command here. Known: ${app.workspace.commands.map((one) => one.command).join(", ")}.`,
    );
  parts.conversation.commanded();
  await post("command", { ...here(), command, text });
  await parts.conversation.refresh();
  return null;
}

/** The DM with the bot, opened if this person has none yet. */
async function openDm() {
  if (!dmOf(app.me.id)) {
    await post("open_dm", { user: app.me.id });
    await relearn();
  }
  return dmOf(app.me.id).id;
}

/** Post a step of the tour where it belongs; `thread` is that of the step it continues. */
async function runTourStep(step, thread) {
  const channel = thread?.channel ?? (step.channel === "dm" ? await openDm() : step.channel);
  await go({ room: channel });
  const inChannel = app.room.kind !== "im" && !step.message.startsWith("/");
  const text = inChannel ? `<@${app.workspace.bot.user_id}> ${step.message}` : step.message;
  const ts = await send(text, { thread_ts: thread?.root });
  return { channel, root: thread?.root ?? ts };
}

// --- what the server tells us ---------------------------------------------------------------------

function follows() {
  unfollow();
  unfollow = follow(app.me.id, onEvent, onState);
}

const SEEN_IN_ROOM = new Set(["message", "update", "delete", "ephemeral", "status"]);

function onEvent(event) {
  if (event.type === "view") return parts.modal.refresh().catch(fail);
  if (event.type === "home") return parts.home.refresh().catch(fail);
  if (event.type === "connected" || (event.type === "update" && !event.ts)) relearn();
  if (event.channel === app.room.id && SEEN_IN_ROOM.has(event.type)) {
    parts.flow.refresh();
    return parts.conversation.refresh().catch(fail);
  }
  if (event.type === "message" || event.type === "ephemeral") {
    app.unread.add(event.channel);
    parts.sidebar.draw();
  }
  return undefined;
}

async function onState(connected) {
  document.body.classList.toggle("live", connected);
  if (!connected) return showGone();
  // What happened before the stream was open was not told.
  await relearn();
  parts.modal.refresh().catch(fail);
  return app.room === HOME ? undefined : parts.conversation.refresh().catch(fail);
}

async function relearn() {
  try {
    Object.assign(app.workspace, await get("workspace"));
  } catch (problem) {
    return fail(problem);
  }
  learn(app.workspace);
  parts.sidebar.draw();
  return app.workspace.connected ? showNothing() : showStarting(app.workspace.bot.name);
}

const closeSides = () => ["sidebar", "flow"].forEach((id) => toggle(id, false));
document.addEventListener("keydown", (event) => event.key === "Escape" && closeSides());
at("scroller").addEventListener("click", () => toggle("sidebar", false));

start();
