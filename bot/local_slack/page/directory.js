// Who and what an id stands for.

let people = new Map();
let rooms = new Map();
let botUser = "";

export function learn(workspace) {
  const { user_id: id, name } = workspace.bot;
  const bot = { id, name: name.toLowerCase(), real_name: name, title: "App", is_bot: true };
  people = new Map([...workspace.users, bot].map((user) => [user.id, user]));
  rooms = new Map(workspace.channels.map((channel) => [channel.id, channel]));
  botUser = id;
}

export const person = (id) => people.get(id) ?? { id, name: id, real_name: id };
export const isBot = (id) => id === botUser;
export const everyone = () => [...people.values()];

/** What a mention shows: the name without its @. */
export const userName = (id) => people.get(id)?.real_name ?? id;
export const channelName = (id) => rooms.get(id)?.name || id;
