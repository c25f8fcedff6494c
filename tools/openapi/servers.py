"""Whether an API is at the address that is configured, by what its document says."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from tools.arguments import shorten
from tools.errors import SourceError

_VARIABLE = re.compile(r"\\{[^{}]*\\}")
"""One such as `{tenant}`, in a host that has been escaped for a pattern."""


def check_servers(servers: Sequence[str], base_url: str) -> None:
    """Refuse what belongs to another host than the one that is configured.

    Calls go to `base_url` whatever a document says; this tells of the wrong document. One of the
    servers has to be there: many name a test system beside the real one. `{variables}` in a host
    stand for any part of it.

    Raises:
        SourceError: Naming both.
    """
    ours = urlsplit(base_url).netloc.lower()
    theirs = [host for url in servers if (host := _host_of(url))]
    if len(theirs) == len(servers) > 0 and not any(_is_at(ours, host) for host in theirs):
        raise SourceError(
            f"it names the server {shorten(theirs[0], 80)}, and base_url is at {ours}: set "
            "base_url to it, or take it out of `servers`"
        )


def _host_of(url: str) -> str:
    """The host and port in an address whose scheme may be a variable; empty if it is relative."""
    _, separator, rest = url.partition("//")
    return re.split(r"[/?#]", rest)[0].lower() if separator else ""


def _is_at(ours: str, theirs: str) -> bool:
    return re.fullmatch(_VARIABLE.sub("[a-z0-9.:-]+", re.escape(theirs)), ours) is not None
