// The messages of one channel or DM, with their threads unfolded in place.

import { get } from "./api.js";
import { h, reconcile } from "./dom.js";
import { dayOf, plural } from "./format.js";
import { author, byBot, messageView, spokenText } from "./message.js";
import { replyBoxes } from "./replies.js";
import { threadsOf } from "./threads.js";
import { emptyState } from "./welcome.js";

const NEAR_BOTTOM_PX = 120;

/**
 * Show a conversation in `root`, which scrolls inside `scroller`.
 *
 * `app` gives who looks, what they select, and what they do; see main.js.
 */
export function conversation(root, scroller, app) {
  let room = null;
  // Changes with every visit, so that what one person asked for is never shown to the next.
  let visit = null;
  let messages = [];
  let statuses = [];
  let seen = new Set();
  let ownPosts = new Set();
  let loaded = false;
  let automatic = true;
  let answering = false;
  // The thread that this person acted in last; an answer elsewhere does not take the panel away.
  let followed = null;
  const folded = new Set();
  const boxes = replyBoxes(app, () => draw());

  const list = h("ol", { class: "threads" });
  const empty = emptyState(app);
  const foot = h("p", { class: "status", hidden: true });
  root.append(empty.node, list, foot);

  async function open(channel) {
    room = channel;
    visit = {};
    messages = [];
    statuses = [];
    seen = new Set();
    loaded = false;
    ownPosts = new Set();
    automatic = true;
    followed = null;
    boxes.clear();
    list.replaceChildren();
    await refresh();
  }

  // One fetch at a time; what happens during it asks for one more.
  let fetching = null;
  let again = false;
  function refresh() {
    if (fetching) {
      again = true;
      return fetching;
    }
    fetching = load().finally(() => {
      fetching = null;
      if (!again) return;
      again = false;
      refresh().catch(app.fail);
    });
    return fetching;
  }

  async function load() {
    const asked = visit;
    const found = await get("messages", { channel: room.id, user: app.me.id });
    if (visit !== asked) return;
    const first = !loaded;
    loaded = true;
    const news = found.messages.filter((m) => !seen.has(m.ts));
    messages = found.messages;
    statuses = found.statuses;
    news.forEach((m) => seen.add(m.ts));
    const atBottom =
      scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_BOTTOM_PX;
    chooseSelected();
    draw();
    empty.node.hidden = messages.length > 0;
    empty.draw(room, found.prompts);
    if (first) scroller.scrollTop = scroller.scrollHeight;
    else follow(news, atBottom);
  }

  // --- which message the flow panel is about ------------------------------------------------------

  function chooseSelected() {
    if (!automatic) return;
    const isNear = (m) => !followed || (m.thread_ts || m.ts) === followed;
    const isShown = (m) => !m.deleted && (byBot(m) || ownPosts.has(m.ts));
    const newest = messages.filter((m) => isShown(m) && isNear(m)).at(-1);
    if (newest) app.select(newest, { unfold: false });
    else app.select(null);
  }

  function select(message) {
    automatic = false;
    app.select(message, { unfold: true });
    draw();
  }

  // --- drawing ------------------------------------------------------------------------------------

  function draw() {
    const threads = threadsOf(messages);
    let lastDay = "";
    threads.forEach((thread) => {
      const day = dayOf(thread.root.ts);
      thread.day = day === lastDay ? null : day;
      lastDay = day;
    });
    reconcile(list, threads, (thread) => thread.root.ts, drawThread);
    const loose = statuses.find((s) => s.status && !threads.some((t) => t.root.ts === s.thread_ts));
    statusLine(foot, loose?.status);
  }

  function drawThread(thread, before) {
    const node = before ?? emptyThread();
    const { ts } = thread.root;
    reconcile(
      node.querySelector(".day-place"),
      thread.day ? [thread.day] : [],
      String,
      (day, old) => old ?? h("p", { class: "day" }, h("span", {}, day)),
    );
    reconcile(node.querySelector(".root-place"), [thread.root], (m) => m.ts, drawMessage);
    const open = !folded.has(ts);
    const count = thread.replies.length;
    const replies = node.querySelector(".replies");
    const status = statuses.find((s) => s.thread_ts === ts)?.status;
    const answerable = count > 0 && !thread.root.ephemeral;
    const isOpen = count > 0 || status || boxes.has(ts);
    replies.hidden = !isOpen;
    drawToggle(node.querySelector(".toggle"), ts, count, open);
    const list = node.querySelector(".reply-list");
    list.hidden = !open;
    reconcile(list, thread.replies, (m) => m.ts, drawMessage);
    statusLine(node.querySelector(".status"), status);
    boxes.draw(node.querySelector(".reply-place"), ts, open && answerable);
    return node;
  }

  function emptyThread() {
    return h(
      "li",
      { class: "thread" },
      h("div", { class: "day-place" }),
      h("div", { class: "root-place" }),
      h(
        "div",
        { class: "replies" },
        h("button", { type: "button", class: "toggle" }),
        h("div", { class: "reply-list" }),
        h("p", { class: "status", hidden: true }),
        h("div", { class: "reply-place" }),
      ),
    );
  }

  function drawToggle(button, ts, count, open) {
    button.hidden = room.kind === "im" || count === 0;
    button.textContent = plural(count, "reply", "replies");
    button.setAttribute("aria-expanded", String(open));
    button.onclick = () => {
      if (open) folded.add(ts);
      else folded.delete(ts);
      draw();
    };
  }

  function drawMessage(message, before) {
    const selected = app.selected?.ts === message.ts;
    const print = JSON.stringify([message, selected, app.me.id]);
    if (before?.print === print || before?.classList.contains("editing")) return before;
    const node =
      message.missing || message.deleted
        ? goneMessage(message)
        : messageView(message, { me: app.me.id, selected, acts: actsOn(message) });
    node.print = print;
    return node;
  }

  const goneMessage = (message) =>
    h(
      "p",
      { class: "message gone" },
      message.deleted ? "This message was deleted." : "This message is not visible to you.",
    );

  function actsOn(message) {
    const canReply = !message.thread_ts || message.thread_ts === message.ts;
    return {
      select,
      reply: canReply ? (root) => openReply(root.ts) : null,
      click: (m, action) => {
        followed = m.thread_ts || m.ts;
        return app.click(m, action);
      },
      stop: (m) => app.stop(m),
      shortcuts: message.ephemeral ? [] : app.workspace.shortcuts,
      shortcut: (m, callback_id) => app.shortcut(m, callback_id),
      edit: async (m, text) => {
        await app.edit(m, text);
        await refresh();
      },
      remove: (m) => app.remove(m).then(refresh, app.fail),
    };
  }

  function openReply(ts) {
    folded.delete(ts);
    boxes.open(ts);
  }

  function statusLine(place, status) {
    place.hidden = !status;
    const words = status ? `${app.workspace.bot.name} ${status}` : "";
    if (place.dataset.words === words) return;
    place.dataset.words = words;
    const drops = h("span", { class: "drops", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
    place.replaceChildren(...(status ? [drops, words] : []));
  }

  // --- following what is new ----------------------------------------------------------------------

  function follow(news, atBottom) {
    const fresh = news.filter((m) => !m.deleted).at(-1);
    if (!fresh) {
      if (atBottom) scroller.scrollTop = scroller.scrollHeight;
      return;
    }
    const inLastThread = (fresh.thread_ts || fresh.ts) === threadsOf(messages).at(-1)?.root.ts;
    if (inLastThread && (atBottom || ownPosts.has(fresh.ts) || answering)) {
      scroller.scrollTop = scroller.scrollHeight;
    } else if (ownPosts.has(fresh.ts) || answering) {
      list
        .querySelector(`[data-ts="${CSS.escape(fresh.ts)}"]`)
        ?.scrollIntoView({ block: "nearest" });
    }
    if (fresh.user !== app.me.id) {
      app.announce(`${author(fresh)}: ${spokenText(fresh)}`);
      answering = false;
    }
  }

  /** Note a message that this person has just posted here: the panel follows it and its answer. */
  function posted(ts, root) {
    followed = root;
    ownPosts.add(ts);
    automatic = true;
    answering = true;
    return refresh();
  }

  /** A command's answer is a thread of its own, which nobody knows before it is there. */
  function commanded() {
    followed = null;
    automatic = true;
  }

  return { open, refresh, posted, commanded, redraw: draw };
}
