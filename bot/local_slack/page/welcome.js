// What an empty conversation says.

import { h } from "./dom.js";

const MAX_PROMPTS = 4;

/** The node of an empty conversation; `draw(room, prompts)` fills it. */
export function emptyState(app) {
  const node = h("div", { class: "empty" });
  let print = "";

  function draw(room, prompts) {
    const offered = (prompts?.length ? prompts : app.workspace.suggested_prompts).slice(
      0,
      MAX_PROMPTS,
    );
    const now = JSON.stringify([room.kind, offered]);
    if (now === print) return;
    print = now;
    node.replaceChildren(...(room.kind === "im" ? welcome(app, offered) : [quiet(app)]));
  }

  return { node, draw };
}

const quiet = (app) =>
  h("p", {}, `Nothing here yet. Mention @${app.workspace.bot.name} to ask in front of everybody.`);

function welcome(app, offered) {
  const { bot } = app.workspace;
  return [
    h("h2", {}, `Ask ${bot.name}`),
    h("p", {}, bot.description),
    h(
      "div",
      { class: "prompts" },
      offered.map((one) => prompt(app, one)),
    ),
  ];
}

function prompt(app, { title, message }) {
  const click = () => app.send(message).catch(app.fail);
  return h(
    "button",
    { type: "button", class: "prompt", title: message, on: { click } },
    h("strong", {}, title),
    h("span", {}, message),
  );
}
