"""Words that say how much, how little and not at all, and those that say nothing by themselves."""

NUMBERS = {
    word: str(number)
    for number, words in enumerate(
        "zero|one single once|two twice|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
        "thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty".split("|")
    )
    for word in words.split()
} | {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "ninety": "90"}

ORDINALS = {"first": "1", "second": "2", "third": "3"}

MONTHS = {
    month: number
    for number, month in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)
}

UNITS = {
    form: forms.split()[0]
    for forms in (
        "% percent",
        "€ eur euro euros",
        "£ gbp pound pounds",
        "c$ cad ca$",
        "$ usd dollar dollars us$",
        "second seconds",
        "minute minutes min",
        "hour hours",
        "day days",
        "week weeks",
        "month months",
        "year years yearly",
        "gb gib",
        "tb",
        "mb",
        "kg",
        "km",
        "people persons person guests employees teammates",
        "times",
        "seat seats",
        "jan january",
        "feb february",
        "mar march",
        "apr april",
        "jun june",
        "jul july",
        "aug august",
        "sep september",
        "oct october",
        "nov november",
        "dec december",
    )
    for form in forms.split()
}
"""What a number may count, by every form of it; a month counts its days."""

UNCOUNTED = frozenset("zero one single once two three".split())
"""They are an amount only where a unit follows: "one hour", but "one after the other"."""

CALENDAR = {
    word: kind
    for kind, words in (
        (
            "month",
            "january february march april may june july august september october november december",
        ),
        ("weekday", "monday tuesday wednesday thursday friday saturday sunday"),
    )
    for word in words.split()
}
"""The names of months and days of the week, and which of both they are."""

DENIALS = frozenset(
    "not no never nobody none nothing neither nor without cannot can't don't doesn't isn't aren't "
    "won't mustn't needn't shouldn't wasn't weren't didn't hasn't haven't".split()
)

SHORT = {"UK": "United Kingdom", "EU": "European Union", "USA": "United States"}

COMMON = frozenset(
    "a about again all also an and any anyone are as at away be because been being but by can come "
    "comes could did do does done each either else etc even every few for from get gets give given "
    "gives go goes had has have he her here him his how i if in instead into is it its just let "
    "like made make makes many may me might more most much must my need needs now of off on one "
    "only onto or other our out over own per please put see shall she should so some somebody "
    "someone still such take takes than that the their them then there these they thing things "
    "this those through to too under until up upon us use used using very via want was way we "
    "well were what when where whether which while who whom whose why will with within would yes "
    "yet you your yours".split()
)
"""Words that say nothing by themselves."""

FOREIGN = frozenset(
    "der das und nicht ist ein eine einen sie für mit auf den dem von zu im bei keine el la los "
    "las del que y un una por con para es se su le les des et est il elle pour pas vous une du "
    "dans não os uma e com do da em para het een van niet voor je zijn è il per di che gli non "
    "jest nie się i w na och att det som inte på og ikke til ja on ei että".split()
) - frozenset("i do on me in an a no".split())
"""Small words of other languages that are none in English."""
