"""Figures of a benchmark, a line each."""


def show(name: str, value: float, unit: str, beside: str = "") -> None:
    """Print a figure, and what it is to be read beside."""
    print(f"{name:52} {value:10.2f} {unit:4} {beside}", flush=True)


def at(values: list[float], share: float) -> float:
    """The value below which a share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]
