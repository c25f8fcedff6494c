import pytest

from bot.grounding.claims import Amount, is_english, read


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("20 weeks at full pay", [("20", "week")]),
        ("eight free talks", [("8", "")]),
        ("€500, £430 or C$750", [("500", "€"), ("430", "£"), ("750", "c$")]),
        ("7 % of it", [("7", "%")]),
        ("from day 8", [("8", "day")]),
        ("within one hour", [("1", "hour")]),
        ("one after the other, in three steps", []),
        ("by 15 June", [("15", "jun")]),
        ("extension 4911", [("4911", "")]),
        ("1,500.00", [("1500", "")]),
        ("see INC-1042", []),
    ],
)
def test_an_amount_is_a_number_with_what_it_counts(
    text: str, amounts: list[tuple[str, str]]
) -> None:
    assert read(text).amounts == tuple(Amount(*amount) for amount in amounts)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ask Mira in Porto", {"mira", "porto"}),
        ("Porto is far", set[str]()),
        ("MacBook is one anywhere", {"macbook"}),
        ("write to it@x.example in #ask-it about P2", {"it@x.example", "#ask-it", "p2"}),
        ("You and I", set[str]()),
        ("in the UK", {"united", "kingdom"}),
        ("“Standard” is one plan", set[str]()),
    ],
)
def test_names_have_capitals_where_none_has_to_be(text: str, names: set[str]) -> None:
    assert read(text).names == names


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("in January, July and July", ["january", "july", "july"]),
        ("on Mondays in May", ["monday", "may"]),
        ("May, or 3 June", ["may", "june"]),
        ("May I march in?", list[str]()),
        ("You may", list[str]()),
        ("until 2026-07-15", ["july"]),
        ("see INC-2026-07-15", list[str]()),
    ],
)
def test_dates_are_months_and_days_of_the_week_however_they_are_written(
    text: str, dates: list[str]
) -> None:
    said = read(text)
    assert [date.number for date in said.dates] == dates
    assert set(dates) <= said.names & said.tokens
    assert ("may" in said.tokens) == ("may" in dates)


@pytest.mark.parametrize(
    ("text", "denies"),
    [
        ("They do not get it", True),
        ("They don\N{RIGHT SINGLE QUOTATION MARK}t get it", True),
        ("nobody gets it", True),
        ("not unless she agrees", False),
        ("nobody gets it without asking", True),
        ("not with asking", True),
        ("no later than ten", False),
        ("signed by her and nobody else", False),
        ("they get it", False),
    ],
)
def test_a_denial_says_that_something_is_not_so(text: str, denies: bool) -> None:
    assert read(text).denies is denies


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("You may take 20 weeks off on full pay.", True),
        ("Für jedes Kind gibt es zwanzig Wochen Elternzeit.", False),
        ("Unused holidays become cinema vouchers.", True),
    ],
)
def test_another_language_has_few_of_the_small_words(text: str, english: bool) -> None:
    assert is_english(text) is english
