"""assistant.threads.* and agents.sessions.*: status, suggested prompts, sessions."""

from typing import Any, Final

from bot.local_slack.arguments import ARRAY, REQUIRED, REQUIRED_TS, STRING, TS, Arg
from bot.local_slack.errors import ApiRefusal
from bot.local_slack.limits import LOADING_MESSAGES, PROMPTS, SESSION_TITLE
from bot.local_slack.records import Json
from bot.local_slack.world import Call, Method

_CUSTOM: Final = {"icon_emoji": STRING, "icon_url": STRING, "username": STRING}


def set_status(call: Call) -> Json:
    """Show a status under a thread; an empty one clears it."""
    _need_customize(call)
    channel = call.channel("channel_id")
    thread_ts = call.thread(channel) or ""
    loading: Any = call.args.get("loading_messages", [])
    if len(loading) > LOADING_MESSAGES or not all(isinstance(one, str) and one for one in loading):
        text = f"at most {LOADING_MESSAGES} texts [json-pointer:/loading_messages]"
        raise ApiRefusal("invalid_arguments", messages=[text])
    call.world.sessions.set_status(channel.id, thread_ts, call.string("status"), tuple(loading))
    call.world.notices.tell("status", channel.id, thread_ts)
    return {}


def set_suggested_prompts(call: Call) -> Json:
    """Suggest prompts in a DM."""
    channel = call.channel("channel_id")
    prompts: list[Any] = call.args["prompts"]
    if mistakes := _prompt_mistakes(prompts):
        raise ApiRefusal("invalid_arguments", messages=mistakes)
    if "thread_ts" in call.args:
        # An agent's call with thread_ts fails without a word; tests can see it in the call.
        call.warn("thread_ts given: an agent app's prompts are silently not set")
        return {}
    call.world.sessions.prompts[channel.id] = [dict(prompt) for prompt in prompts]
    call.world.notices.tell("update", channel.id)
    return {}


def _prompt_mistakes(prompts: list[Any]) -> list[str]:
    mistakes: list[str] = []
    if not 1 <= len(prompts) <= PROMPTS:
        mistakes.append(f"between 1 and {PROMPTS} prompts [json-pointer:/prompts]")
    for index, prompt in enumerate(prompts):
        whole = isinstance(prompt, dict) and set(prompt) == {"title", "message"}
        if not whole or not all(isinstance(v, str) and v for v in prompt.values()):
            mistakes.append(f"needs title and message [json-pointer:/prompts/{index}]")
    return mistakes


def set_session_status(call: Call) -> Json:
    """Set the state of a thread's agent session, which the first call makes."""
    _need_customize(call)
    channel = call.channel("channel_id")
    thread_ts = call.thread(channel)
    if thread_ts is None:
        raise ApiRefusal("invalid_arguments", messages=["missing required field: thread_ts"])
    initiator = call.maybe("initiator_user_id")
    if initiator and not call.world.rooms.is_member(channel.id, initiator):
        raise ApiRefusal("user_not_in_channel")
    status = call.string("status")
    states = call.world.sessions.states
    known = states.get((channel.id, thread_ts))
    title = known["title"] if known else call.maybe("title")
    states[channel.id, thread_ts] = {"status": status, "title": title}
    call.world.notices.tell("status", channel.id, thread_ts)
    return _session(call, status, title)


def _session(call: Call, status: str, title: str | None) -> Json:
    body: Json = {"status": status, "agent_status": status, "title": title}
    if "agent_session_stopped" not in call.world.manifest.events:
        body["warning"] = "missing_agent_session_stopped_event_subscription"
        call.warn(body["warning"])
    return body


def _need_customize(call: Call) -> None:
    if any(name in call.args for name in _CUSTOM):
        call.need("chat:write.customize")


METHODS: Final = (
    Method(
        "assistant.threads.setStatus",
        set_status,
        {
            "channel_id": REQUIRED,
            "thread_ts": REQUIRED_TS,
            "status": Arg(required=True, max_length=1000),
            "loading_messages": ARRAY,
            **_CUSTOM,
        },
        ("chat:write", "assistant:write"),
    ),
    Method(
        "assistant.threads.setSuggestedPrompts",
        set_suggested_prompts,
        {
            "channel_id": REQUIRED,
            "prompts": Arg("array", required=True),
            "thread_ts": TS,
            "title": STRING,
        },
        ("assistant:write",),
    ),
    Method(
        "agents.sessions.setStatus",
        set_session_status,
        {
            "channel_id": REQUIRED,
            "status": Arg(required=True, choices=("active", "processing", "suspended", "closed")),
            "thread_ts": TS,
            "title": Arg(max_length=SESSION_TITLE),
            "initiator_user_id": STRING,
            **_CUSTOM,
        },
        ("chat:write",),
    ),
)
