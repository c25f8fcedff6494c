"""sluice ask: one turn from the terminal."""

import json
import os
import sys
import time
from datetime import UTC, datetime

import click

from bot.app import Bot, assembled
from bot.messages.approvals import Card
from bot.messages.events import Click, Message, Place
from bot.messages.replies import Reply
from bot.settings import Settings
from bot.terminal import TerminalSurface


async def ask(question: str, user: str, settings: Settings, *, as_json: bool) -> int:
    """Ask, decide on the approval cards, print the reply; 1 if the turn failed."""
    surface = TerminalSurface(settings.config.access)
    async with assembled(settings, surface, name=f"terminal-{os.getpid()}") as bot:
        message = _message(question, user)
        await bot.engine.start()
        await bot.engine.submit(message)
        await bot.engine.idle()
        while surface.cards:
            card = surface.cards.pop(0)
            await bot.engine.submit(
                _decision(message, card, user, approve=_approves(card, as_json))
            )
            await bot.engine.idle()
        reply = surface.replies[-1] if surface.replies else None
        _print(reply, message.id, as_json, bot)
    return 0 if reply and reply.status != "failed" else 1


def _message(question: str, user: str) -> Message:
    ts = f"{time.time():.6f}"
    return Message(
        id=f"terminal:{user}:{ts}",
        thread=f"terminal:{user}:{ts}",
        place=Place(team="terminal", channel=user, root=ts, user=user, kind="terminal"),
        user=user,
        text=question.encode("utf-8", "replace").decode().replace("\x00", "").strip(),
        received_at=datetime.now(UTC),
    )


def _approves(card: Card, as_json: bool) -> bool:
    """Ask on the terminal; without one, and with --json, nothing is approved."""
    click.echo(f"\n{card.title}? Nothing happens until you approve it.", err=True)
    for argument in card.arguments:
        click.echo(f"  {argument.name}: {argument.value}  (from: {argument.origin})", err=True)
    click.echo(f"  I ask because {card.reason}.", err=True)
    if as_json or not sys.stdin.isatty():
        click.echo("  Denied: there is nobody at a terminal to approve it.", err=True)
        return False
    return click.confirm("Approve?", default=False, err=True)


def _decision(message: Message, card: Card, user: str, *, approve: bool) -> Click:
    return Click(
        id=f"click:{message.id}:{card.call_id}",
        thread=message.thread,
        place=message.place,
        user=user,
        call_id=card.call_id,
        digest=card.digest,
        approve=approve,
        received_at=datetime.now(UTC),
    )


def _print(reply: Reply | None, turn_id: str, as_json: bool, bot: Bot) -> None:
    text = reply.text if reply else "No reply."
    if as_json:
        citations = [
            {"source": c.source, "heading": c.heading, "quote": c.quote}
            for c in (reply.citations if reply else ())
        ]
        status = reply.status if reply else "failed"
        body = {"status": status, "text": text, "citations": citations, "turn_id": turn_id}
        click.echo(json.dumps(body, ensure_ascii=False, indent=2))
        return
    click.echo(text)
    for citation in reply.citations if reply else ():
        heading = f" - {citation.heading}" if citation.heading else ""
        click.echo(click.style(f"\n[{citation.number}] {citation.title}{heading}", bold=True))
        click.echo(f"    {citation.source}")
    for note in (reply.label, *reply.notes) if reply else ():
        if note:
            click.echo(click.style(f"\n{note}", dim=True))
    if not bot.deps.library.store.documents():
        hint = "The knowledge base is empty: load documents with `sluice kb add PATH`."
        click.echo(click.style(f"\n{hint}", fg="yellow"), err=True)
