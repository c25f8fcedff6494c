// The bot's App Home, for one person.

import { get, post } from "./api.js";
import { blocks } from "./blocks.js";
import { h } from "./dom.js";

/** Show App Home in `root`. Opening it tells the app, which publishes the view. */
export function home(root, app) {
  let shown = false;
  let print = "";

  async function open() {
    shown = true;
    print = "";
    root.replaceChildren(h("p", { class: "home-wait" }, "Opening…"));
    await post("open_home", { user: app.me.id });
    await refresh();
  }

  async function refresh() {
    if (!shown) return;
    const { view } = await get("home", { user: app.me.id });
    const now = JSON.stringify(view);
    if (now === print) return;
    print = now;
    const act = (action) => app.click({ ts: "" }, action);
    const content = view?.blocks?.length
      ? blocks(view.blocks, act)
      : h("p", { class: "home-wait" }, `${app.workspace.bot.name} has not published a home yet.`);
    root.replaceChildren(h("div", { class: "home message-content" }, content));
  }

  const close = () => {
    shown = false;
  };

  return { open, refresh, close };
}
