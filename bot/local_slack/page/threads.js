// The threads that a channel's messages make.

/** Roots with their replies, oldest first; a reply whose root is hidden gets a placeholder. */
export function threadsOf(messages) {
  const threads = new Map();
  for (const message of messages) {
    const key = message.thread_ts || message.ts;
    if (!threads.has(key)) threads.set(key, { root: { ts: key, missing: true }, replies: [] });
    if (key === message.ts) threads.get(key).root = message;
    else if (!message.deleted) threads.get(key).replies.push(message);
  }
  return [...threads.values()]
    .filter(({ root, replies }) => replies.length || !(root.deleted || root.missing))
    .sort((a, b) => Number(a.root.ts) - Number(b.root.ts));
}
