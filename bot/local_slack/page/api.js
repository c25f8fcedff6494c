// The local Slack's page API: plain JSON, and one stream of events.

/** The server cannot be reached. */
export class Gone extends Error {}

/** The server said no; the message is for people. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(`/_local/${path}`, { cache: "no-store", ...options });
  } catch {
    throw new Gone("The local Slack cannot be reached.");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok || body.ok === false) {
    throw new Refused(response.status, body.message ?? body.error ?? `Refused (${response.status})`);
  }
  return body;
}

export const get = (path, query = {}) => call(`${path}?${new URLSearchParams(query)}`);

export function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return call(path, { method: "POST", headers, body: JSON.stringify(body) });
}

const RETRY_MS = 1500;

/**
 * Follow what happens in the workspace, for one person.
 *
 * `onState(true)` comes with every connection made, so that what was missed can be fetched;
 * `onState(false)` with every connection lost. Returns a function that ends it.
 */
export function follow(user, onEvent, onState) {
  let source;
  let timer;

  function open() {
    source = new EventSource(`/_local/stream?${new URLSearchParams({ user })}`);
    source.onopen = () => onState(true);
    source.onmessage = (message) => onEvent(JSON.parse(message.data));
    source.onerror = () => {
      // The browser gives up for good after some errors; our own timer never does.
      source.close();
      onState(false);
      timer = setTimeout(open, RETRY_MS);
    };
  }

  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
