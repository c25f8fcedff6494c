"""Findings for one person as Block Kit: a heading, a text, lists with a link to each message."""

import re

from bot.office.notices import Point, Sheet
from bot.slack.blocks import Block, context, markdown_block
from bot.slack.markup import escape, inert_markdown
from bot.wording import shorten

LINE = 400
SECTION = 2_900
PAGE_CHARS = 11_000
"""Of one message, with what stands around it below Slack's 13,000; escaped, as Slack counts."""

NO_BREAK = "\u00a0"
"""A name and a time are read as one, and a link stays on one line."""

_FORMAT = re.compile(r"[*_~`]")


def sheet_pages(sheet: Sheet) -> tuple[Sheet, ...]:
    """A sheet as sheets that fit into a message each; nothing of it is lost."""
    pages: list[Sheet] = []
    page = sheet.model_copy(update={"lists": (), "notes": (), "sources": ()})
    room = PAGE_CHARS - len(inert_markdown(sheet.text)) - 600
    for heading, points in sheet.lists:
        for point in points:
            size = len(_line(point)) + 1
            if size > room:
                pages.append(page)
                page, room = Sheet(), PAGE_CHARS
            page = _with(page, heading, point)
            room -= size
    foot = sum(map(len, sheet.notes)) + sum(len(_line(one)) for one in sheet.sources)
    if foot > room:
        pages.append(page)
        page = Sheet()
    return (*pages, page.model_copy(update={"notes": sheet.notes, "sources": sheet.sources}))


def _with(page: Sheet, heading: str, point: Point) -> Sheet:
    *before, last = page.lists or (("", ()),)
    if last[0] == heading:
        lists = (*before, (heading, (*last[1], point)))
    else:
        lists = (*page.lists, (heading, (point,)))
    return page.model_copy(update={"lists": lists})


def sheet_blocks(sheet: Sheet) -> list[Block]:
    """One page of a sheet."""
    blocks: list[Block] = []
    if sheet.title:
        text = {"type": "plain_text", "text": shorten(sheet.title, 150), "emoji": False}
        blocks.append({"type": "header", "text": text})
    blocks += [context(escape(line)) for line in (sheet.lead, sheet.label) if line]
    if sheet.text:
        blocks.append(markdown_block(inert_markdown(sheet.text)))
    for heading, points in sheet.lists:
        blocks += _paragraphs(f"*{escape(heading)}*", [_line(point) for point in points])
    blocks += [context(f":warning: {_line(one)}") for one in sheet.sources]
    return [*blocks, *(context(escape(note)) for note in sheet.notes)]


def plain_sheet(sheet: Sheet) -> str:
    """A sheet for notifications and screen readers."""
    return escape(shorten(sheet.title or sheet.text or "More of the summary", 300))


def _line(point: Point) -> str:
    """A point: only the link is one, whatever its words hold."""
    bold = f"*{_literal(_FORMAT.sub('', point.bold))}*: " if point.bold else ""
    aside = f" _({_literal(point.aside)})_" if point.aside else ""
    label = _literal(point.label).replace(" ", NO_BREAK)
    source = f"  <{point.link}|{label}>" if point.link else f"  {label}"
    return f"{bold}{_literal(point.text)}{aside}{source if point.label else ''}"


def _literal(text: str) -> str:
    """Words on one line; a mark of code would reach as far as the link behind them."""
    return escape(shorten(text.replace("`", "'"), LINE))


def _paragraphs(heading: str, lines: list[str]) -> list[Block]:
    """Lines as a list, in as many sections as they need."""
    texts = [heading]
    for line in lines:
        if len(texts[-1]) + len(line) + 3 > SECTION:
            texts.append("")
        texts[-1] += f"\n• {line}" if texts[-1] else f"• {line}"
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
        for text in texts
    ]
