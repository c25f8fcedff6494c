"""Whether routing finds the right tool among 300: `python benchmarks/routing.py`.

The 300 operations are made here (60 resources of a company, five verbs each), go through an OpenAPI
document as a company's would, and are asked for in other words than their descriptions: each verb
has ways in which people say it, and half of the resources are called by another name. The real
embedding model is used. Prints how often the right tool is among the first 1, 4 and 8, by meaning
alone, by words alone, and by both, which is what the bot does.
"""

import itertools
import time

from bot.parts import make_embedder
from bot.settings import Settings
from bot.stages.route import ToolIndex
from tools.client import api_client
from tools.config import OpenApiSource
from tools.openapi.document import Document
from tools.openapi.source import load_openapi
from tools.registry import Toolbox

RESOURCES = (
    "customer invoice|bill for a client, supplier contract|vendor agreement, purchase order|PO, "
    "expense claim|expense report, travel booking|business trip, meeting room|conference room, "
    "parking permit|parking spot, building badge|door card, laptop|work computer, "
    "software licence|app seat, VPN account|VPN access, mailbox|email inbox, "
    "distribution list|mailing list, calendar event|meeting, holiday request|time off, "
    "sick note|doctor's note, payslip|pay stub, bonus payment|bonus, salary band|pay grade, "
    "job opening|vacancy, job applicant|candidate, interview slot|interview, "
    "training course|class, certificate|qualification, performance review|appraisal, "
    "team goal|objective, incident|outage, support ticket|help request, "
    "change request|planned change, deployment|release, feature flag|toggle, "
    "database backup|snapshot of the database, server|virtual machine, firewall rule|open port, "
    "DNS record|domain entry, TLS certificate|SSL cert, API key|access token, "
    "audit finding|issue from the audit, risk entry|risk, policy document|company policy, "
    "data export|dump of data, dashboard|chart page, alert rule|alarm, on-call shift|on-call duty, "
    "warehouse item|stock article, shipment|parcel, return|sent-back goods, price list|prices, "
    "discount code|coupon, marketing campaign|campaign, newsletter|mailing, "
    "survey|questionnaire, customer complaint|complaint, refund|money back, "
    "subscription|plan of a customer, tax form|tax paper, bank transfer|payment, "
    "budget|spending plan, asset tag|inventory sticker, printer|printer queue"
)
VERBS = {
    "list": ("get", "List all {}s", ("Which {}s are there?", "Show me every {}")),
    "get": ("get", "Get the details of one {}", ("Tell me more about {} 17", "What is in {} 17?")),
    "create": ("post", "Create a new {}", ("I need a new {}", "Please set up another {}")),
    "update": ("put", "Change an existing {}", ("Correct {} 17 for me", "Modify {} 17")),
    "delete": ("delete", "Delete a {}", ("Get rid of {} 17", "Remove {} 17")),
}
AT = (1, 4, 8)


def pairs() -> list[tuple[str, str]]:
    """Each resource as the document calls it, and as people do."""
    split = [entry.strip().split("|") for entry in RESOURCES.split(", ")]
    return [(entry[0], entry[-1]) for entry in split]


def document() -> Document:
    paths: dict[str, dict[str, object]] = {}
    for (name, _), (verb, (method, said, _)) in itertools.product(pairs(), VERBS.items()):
        slug = name.replace(" ", "-").lower()
        path = f"/{slug}s" if verb in ("list", "create") else f"/{slug}s/{{id}}"
        operation: dict[str, object] = {
            "operationId": f"{verb}_{slug.replace('-', '_')}",
            "summary": said.format(name),
        }
        if "{id}" in path:
            operation["parameters"] = [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
            ]
        paths.setdefault(path, {})[method] = operation
    return Document({"openapi": "3.1.0", "paths": paths}, "company")


def questions() -> list[tuple[str, str]]:
    """(question, name of the right tool), two for each operation."""
    found: list[tuple[str, str]] = []
    for n, (name, spoken) in enumerate(pairs()):
        slug = name.replace(" ", "_").replace("-", "_").lower()
        for verb, (_, _, said) in VERBS.items():
            names = (name, spoken if n % 2 else name)
            right = f"acme_{verb}_{slug}"
            found += [(s.format(w), right) for s, w in zip(said, names, strict=True)]
    return found


def main() -> None:
    source = OpenApiSource(name="acme", spec="-", base_url="http://127.0.0.1:9/", operations=("*",))
    start = time.perf_counter()
    loaded = load_openapi(source, document())
    print(f"{len(loaded.tools)} operations became tools in {time.perf_counter() - start:.2f} s")
    toolbox = Toolbox()
    toolbox.add(api_client("http://127.0.0.1:9"), *loaded.tools)
    index = ToolIndex(toolbox, make_embedder(Settings()))
    start = time.perf_counter()
    index.warm()
    print(f"indexed in {time.perf_counter() - start:.1f} s, embedding included")
    asked = questions()
    print(f"{len(asked)} questions\n\nby            first   in 4   in 8")
    for by in ("meaning", "words", "both"):
        ranks: list[int] = []
        for question, right in asked:
            scores = index.scores([question], by=by)
            assert right in scores, right
            # One that is as near counts as nearer: nothing says which of them comes first.
            ranks.append(sum(score >= scores[right] for score in scores.values()) - 1)
        print(f"{by:<12}" + "".join(f"{sum(r < k for r in ranks) / len(ranks):8.3f}" for k in AT))


if __name__ == "__main__":
    main()
