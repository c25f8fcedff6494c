// Standard Markdown, as the `markdown` block and streamed text carry it.

import { h, link } from "./dom.js";
import { emoji, entityNode, unescape } from "./mrkdwn.js";

const MAX_DEPTH = 8;

const FENCE = /^\s{0,3}(`{3,}|~{3,})\s*([\w+-]*)/;
const HEADING = /^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const RULE = /^\s{0,3}([-*_])(?:\s*\1){2,}\s*$/;
const QUOTE = /^\s{0,3}>\s?(.*)$/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

const INLINE = new RegExp(
  [
    /\\([\\`*_{}[\]()#+\-.!~|<>])/,
    /``([^\n]+?)``|`([^`\n]+)`/,
    /!\[([^[\]\n]*)\]\([^()\n]*\)/,
    /\[([^[\]\n]+)\]\(\s*<?([^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)>?(?:\s+"[^"\n]*")?\s*\)/,
    /<([^<>\n]+)>/,
    /\*\*(?=\S)(.*?\S)\*\*(?!\*)|(?<!\w)__(?=\S)(.*?\S)__(?!\w)/,
    /\*(?=\S)([^*\n]*[^*\s])\*|(?<!\w)_(?=\S)([^_\n]*[^_\s])_(?!\w)/,
    /~~(?=\S)(.*?\S)~~/,
    /:([a-z0-9_+-]+):/,
    /(https?:\/\/[^\s<>|"“”]*[^\s<>|"“”.,;:!?)\]}'*_])/,
  ]
    .map((part) => part.source)
    .join("|"),
  "gs",
);

/** The nodes of a Markdown text. HTML in it stays text. */
export const markdown = (text) => blocks(text.replaceAll("\r\n", "\n").split("\n"), 0);

function blocks(lines, depth) {
  const nodes = [];
  for (let at = 0; at < lines.length;) {
    const [node, next] = block(lines, at, depth);
    if (node) nodes.push(node);
    at = next;
  }
  return nodes;
}

// Each reader takes the lines and a position, and returns its node and the next position.
function block(lines, at, depth) {
  const line = lines[at];
  if (!line.trim()) return [null, at + 1];
  if (FENCE.test(line)) return fence(lines, at);
  if (HEADING.test(line)) return heading(lines, at);
  if (RULE.test(line)) return [h("hr"), at + 1];
  if (depth < MAX_DEPTH && QUOTE.test(line)) return quote(lines, at, depth);
  if (isTable(lines, at)) return table(lines, at);
  if (depth < MAX_DEPTH && ITEM.test(line)) return list(lines, at, depth);
  return paragraph(lines, at, depth);
}

function fence(lines, at) {
  const mark = FENCE.exec(lines[at])[1];
  let end = at + 1;
  while (end < lines.length && !lines[end].trim().startsWith(mark)) end += 1;
  const code = unescape(lines.slice(at + 1, end).join("\n"));
  return [h("pre", {}, h("code", {}, code)), end + 1];
}

function heading(lines, at) {
  const [, marks, text] = HEADING.exec(lines[at]);
  // A message is no page: its headings start below those of the page.
  return [h(`h${Math.min(marks.length + 2, 6)}`, {}, inline(text)), at + 1];
}

function quote(lines, at, depth) {
  let end = at;
  while (end < lines.length && QUOTE.test(lines[end])) end += 1;
  const inner = lines.slice(at, end).map((line) => QUOTE.exec(line)[1]);
  return [h("blockquote", {}, blocks(inner, depth + 1)), end];
}

function isTable(lines, at) {
  const rule = lines[at + 1] ?? "";
  return lines[at].includes("|") && rule.includes("-") && TABLE_RULE.test(rule);
}

function table(lines, at) {
  const sides = cells(lines[at + 1]).map((rule) =>
    rule.endsWith(":") ? (rule.startsWith(":") ? "center" : "end") : null,
  );
  const row = (line, tag) =>
    h(
      "tr",
      {},
      cells(line).map((cell, i) =>
        h(tag, { class: sides[i] && `align-${sides[i]}` }, inline(cell)),
      ),
    );
  let end = at + 2;
  while (end < lines.length && lines[end].includes("|")) end += 1;
  const head = h("thead", {}, row(lines[at], "th"));
  const body = h(
    "tbody",
    {},
    lines.slice(at + 2, end).map((line) => row(line, "td")),
  );
  return [h("div", { class: "table-scroll", tabindex: 0 }, h("table", {}, head, body)), end];
}

const cells = (line) =>
  line
    .trim()
    .replace(/^\||(?<!\\)\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));

function list(lines, at, depth) {
  const [, indent, bullet] = ITEM.exec(lines[at]);
  const ordered = /\d/.test(bullet);
  const items = [];
  let next = at;
  while (next < lines.length && isItem(lines[next], indent.length, ordered)) {
    const end = endOfItem(lines, next, indent.length);
    items.push(item(lines.slice(next, end), depth));
    next = end;
  }
  const start = Number.parseInt(bullet, 10);
  return [h(ordered ? "ol" : "ul", { start: ordered && start !== 1 ? start : null }, items), next];
}

function isItem(line, indent, ordered) {
  const found = ITEM.exec(line);
  return found && found[1].length <= indent + 1 && /\d/.test(found[2]) === ordered;
}

// An item goes on over deeper lines, and over a blank line when a deeper one follows.
function endOfItem(lines, at, indent) {
  let end = at + 1;
  for (let look = end; look < lines.length; look += 1) {
    if (!lines[look].trim()) continue;
    if (/^\s*/.exec(lines[look])[0].length <= indent + 1) break;
    end = look + 1;
  }
  while (end < lines.length && !lines[end].trim()) end += 1;
  return end;
}

function item([first, ...rest], depth) {
  const text = ITEM.exec(first)[3];
  const indent = Math.min(
    ...rest.filter((line) => line.trim()).map((line) => /^\s*/.exec(line)[0].length),
  );
  const inner = rest.map((line) => line.slice(Number.isFinite(indent) ? indent : 0));
  return h("li", {}, inline(text), blocks(inner, depth + 1));
}

function paragraph(lines, at, depth) {
  let end = at + 1;
  while (end < lines.length && !startsBlock(lines, end, depth)) end += 1;
  const rows = lines.slice(at, end).map((line) => line.trim());
  return [
    h(
      "p",
      {},
      rows.flatMap((row, i) => [i ? h("br") : "", ...inline(row)]),
    ),
    end,
  ];
}

function startsBlock(lines, at, depth) {
  const line = lines[at];
  if (!line.trim() || FENCE.test(line) || HEADING.test(line) || RULE.test(line)) return true;
  return (depth < MAX_DEPTH && (QUOTE.test(line) || ITEM.test(line))) || isTable(lines, at);
}

function inline(text, depth = 0) {
  if (depth > MAX_DEPTH) return [unescape(text)];
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > end) nodes.push(unescape(text.slice(end, match.index)));
    nodes.push(span(match, depth + 1));
    end = match.index + match[0].length;
  }
  if (end < text.length) nodes.push(unescape(text.slice(end)));
  return nodes;
}

function span(match, depth) {
  const [whole, escaped, code2, code1, alt, label, target, entity] = match;
  const [bold1, bold2, italic1, italic2, strike, name, url] = match.slice(8);
  if (escaped) return escaped;
  if (code1 ?? code2) return h("code", {}, unescape(code1 ?? code2));
  if (alt !== undefined)
    return h("span", { class: "image-alt" }, `Image: ${alt || "no description"}`);
  if (label) return link(unescape(target), inline(label, depth));
  if (entity) return entityNode(entity) ?? unescape(whole);
  if (bold1 ?? bold2) return h("strong", {}, inline(bold1 ?? bold2, depth));
  if (italic1 ?? italic2) return h("em", {}, inline(italic1 ?? italic2, depth));
  if (strike) return h("s", {}, inline(strike, depth));
  return name ? emoji(name) : link(unescape(url));
}
