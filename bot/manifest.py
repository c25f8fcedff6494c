"""Where manifest.yml is: beside the packages in a checkout, inside `bot` when installed."""

from pathlib import Path

_HERE = Path(__file__).parent
MANIFEST = next(
    (path for path in (_HERE / "manifest.yml", _HERE.parent / "manifest.yml") if path.is_file()),
    _HERE.parent / "manifest.yml",
)
