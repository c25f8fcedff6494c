// Slack's own markup ("mrkdwn"), as it stands in a message's text and in text objects.

import { channelName, userName } from "./directory.js";
import { h, link } from "./dom.js";

const MAX_DEPTH = 8;

const EMOJI = {
  "+1": "👍",
  "-1": "👎",
  arrow_right: "➡️",
  arrows_counterclockwise: "🔄",
  bell: "🔔",
  book: "📖",
  books: "📚",
  brain: "🧠",
  bulb: "💡",
  calendar: "📅",
  eyes: "👀",
  globe_with_meridians: "🌐",
  heavy_check_mark: "✔️",
  hourglass: "⌛",
  hourglass_flowing_sand: "⏳",
  information_source: "ℹ️",
  key: "🔑",
  large_green_circle: "🟢",
  large_yellow_circle: "🟡",
  leftwards_arrow_with_hook: "↩️",
  link: "🔗",
  lock: "🔒",
  mag: "🔍",
  memo: "📝",
  no_entry: "⛔",
  no_entry_sign: "🚫",
  octagonal_sign: "🛑",
  page_facing_up: "📄",
  pencil2: "✏️",
  question: "❓",
  red_circle: "🔴",
  repeat: "🔁",
  robot_face: "🤖",
  rocket: "🚀",
  rotating_light: "🚨",
  scales: "⚖️",
  shield: "🛡️",
  slightly_smiling_face: "🙂",
  smile: "😄",
  sparkles: "✨",
  speech_balloon: "💬",
  stopwatch: "⏱️",
  tada: "🎉",
  thinking_face: "🤔",
  thumbsdown: "👎",
  thumbsup: "👍",
  ticket: "🎫",
  twisted_rightwards_arrows: "🔀",
  unlock: "🔓",
  warning: "⚠️",
  wastebasket: "🗑️",
  wave: "👋",
  white_check_mark: "✅",
  white_circle: "⚪",
  wrench: "🔧",
  x: "❌",
  zap: "⚡",
};

const MARKED = [
  /`([^`\n]+)`/,
  /<([^<>\n]+)>/,
  /(?<![\w*])\*(?=\S)([^*\n]*[^*\s])\*(?![\w*])/,
  /(?<![\w_])_(?=\S)((?:[^_\n]|(?<=\w)_(?=\w))*[^_\s])_(?![\w_])/,
  /(?<![\w~])~(?=\S)([^~\n]*[^~\s])~(?![\w~])/,
  /:([a-z0-9_+-]+):/,
];
const BARE = /(https?:\/\/[^\s<>|"“”]*[^\s<>|"“”.,;:!?)\]}'])/;

const either = (parts) => new RegExp(parts.map((part) => part.source).join("|"), "g");
const INLINE = either([...MARKED, BARE]);
const VERBATIM = either(MARKED);

/** Undo the three escapes that Slack puts into text. */
export const unescape = (text) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

export const emoji = (name) =>
  Object.hasOwn(EMOJI, name)
    ? h("span", { role: "img", "aria-label": name }, EMOJI[name])
    : `:${name}:`;

export const mention = (label) => h("span", { class: "mention" }, label);

/** The nodes of a text in mrkdwn; of one that is `verbatim`, a bare address is no link. */
export function mrkdwn(text, verbatim = false) {
  const found = verbatim ? VERBATIM : INLINE;
  return text
    .split(/```\n?([\s\S]*?)\n?```\n?/)
    .map((part, index) =>
      index % 2 ? h("pre", {}, h("code", {}, unescape(part))) : lines(part, found),
    );
}

function lines(text, found) {
  const nodes = [];
  let quote = null;
  const rows = text.split("\n");
  rows.forEach((row, index) => {
    const quoted = /^(?:&gt;|>) ?(.*)$/.exec(row);
    if (quoted && !quote) nodes.push((quote = h("blockquote")));
    if (quoted)
      quote.append(...[quote.hasChildNodes() && h("br"), ...inline(quoted[1], found)].filter(Boolean));
    else nodes.push(...inline(row, found), index < rows.length - 1 ? h("br") : "");
    if (!quoted) quote = null;
  });
  return nodes;
}

/** The nodes of one line. */
function inline(text, found, depth = 0) {
  if (depth > MAX_DEPTH) return [unescape(text)];
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(found)) {
    if (match.index > end) nodes.push(unescape(text.slice(end, match.index)));
    nodes.push(span(match, found, depth + 1));
    end = match.index + match[0].length;
  }
  if (end < text.length) nodes.push(unescape(text.slice(end)));
  return nodes;
}

function span([whole, code, entity, bold, italic, strike, name, url], found, depth) {
  if (code) return h("code", {}, unescape(code));
  if (entity) return entityNode(entity) ?? unescape(whole);
  if (bold) return h("strong", {}, inline(bold, found, depth));
  if (italic) return h("em", {}, inline(italic, found, depth));
  if (strike) return h("s", {}, inline(strike, found, depth));
  if (name) return emoji(name);
  return link(unescape(url));
}

/** What stands between < and >: a mention, a date or a link; null for anything else. */
export function entityNode(entity) {
  const [target, label] = split(entity);
  if (/^@[UW][A-Z0-9]+$/.test(target)) return mention(`@${label ?? userName(target.slice(1))}`);
  if (/^#[CG][A-Z0-9]+$/.test(target)) return mention(`#${label ?? channelName(target.slice(1))}`);
  if (target.startsWith("!date^")) return h("span", {}, label ?? target);
  if (target.startsWith("!"))
    return mention(`@${label ?? target.slice(1).replace(/^subteam\^/, "")}`);
  if (/^(https?:\/\/|mailto:)/.test(target))
    return link(unescape(target), label ?? target.replace(/^mailto:/, ""));
  return null;
}

function split(entity) {
  const bar = entity.indexOf("|");
  return bar < 0 ? [entity, null] : [entity.slice(0, bar), unescape(entity.slice(bar + 1))];
}
