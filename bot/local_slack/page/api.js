// The local Slack's page API: plain JSON, and one stream of events.

/** The server cannot be reached. */
export class Gone extends Error {}

const REASONS = {
  field_required: "Something that is required is empty.",
  cant_update_message: "Only its author can change a message.",
  channel_not_found: "This conversation does not exist, or you cannot see it.",
  dispatch_unknown_command: "That is not a command of this app.",
  message_not_found: "That message is gone.",
  messages_tab_disabled: "This app takes no direct messages.",
  messages_tab_read_only: "This app takes no direct messages.",
  no_text: "There is nothing in it to send.",
  not_in_channel: "You are not a member of this channel.",
  thread_not_found: "That thread is gone.",
};

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
    throw new Refused(response.status, reason(body, response.status));
  }
  return body;
}

const reason = ({ error, detail }, status) =>
  REASONS[error] ??
  `The local Slack refused this: ${[error ?? status, detail].filter(Boolean).join(", ")}.`;

export const get = (path, query = {}) => call(`${path}?${new URLSearchParams(query)}`);

export function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return call(path, { method: "POST", headers, body: JSON.stringify(body) });
}

export const RETRY_MS = 1500;

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
