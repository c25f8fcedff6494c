"""Remove each statement of the flow and its effects in turn, and see that a test fails.

Run it by `make mutants`: it prints a line a mutant and exits 1 if one survives. It works on a copy
of the project, so that nothing is lost if it is stopped.
"""

import ast
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILES = (Path("bot/flow.py"), Path("bot/effects.py"), Path("bot/admin/flow.py"))
TESTS = [
    "tests/bot/test_flow.py",
    "tests/bot/test_audience.py",
    "tests/bot/test_tools_flow.py",
    "tests/bot/test_admin.py",
    "tests/bot/slack/test_wire.py",
]
COPIED = ("bot", "tools", "knowledge", "tests", "manifest.yml", "pyproject.toml")


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """A description and the mutated source for each statement in a function of the flow."""
    tree = ast.parse(source)
    for function in (node for node in tree.body if isinstance(node, ast.AsyncFunctionDef)):
        for node in ast.walk(function):
            if isinstance(node, ast.stmt) and node is not function and not _is_docstring(node):
                line = source.splitlines()[node.lineno - 1].strip()
                yield f"{node.lineno:>4}  {line}", _without(source, node)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _without(source: str, node: ast.stmt) -> str:
    """The source with a statement, and all that hangs on it, replaced by `pass`."""
    lines = source.splitlines(keepends=True)
    end = node.end_lineno or node.lineno
    lines[node.lineno - 1 : end] = [f"{' ' * node.col_offset}pass\n"]
    return "".join(lines)


def survives(file: Path, mutant: str) -> bool:
    """Whether every test still passes with this file in place of the real one."""
    with tempfile.TemporaryDirectory() as folder:
        for name in COPIED:
            here, there = ROOT / name, Path(folder) / name
            copy = shutil.copytree if here.is_dir() else shutil.copy
            copy(here, there)
        (Path(folder) / file).write_text(mutant)
        command = [sys.executable, "-m", "pytest", "-x", "-q", "--timeout=60", *TESTS]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
        return done.returncode == 0


def _alive(found: tuple[Path, str, str]) -> bool:
    file, _, mutant = found
    return survives(file, mutant)


def main() -> int:
    """Try every mutant, two at a time."""
    found = [(f, *mutant) for f in FILES for mutant in mutants((ROOT / f).read_text())]
    alive = 0
    with ThreadPoolExecutor(2) as pool:
        outcomes = pool.map(_alive, found)
        for (file, name, _), lives in zip(found, outcomes, strict=True):
            print(f"{'SURVIVED' if lives else 'killed  '} {file}:{name}", flush=True)  # noqa: T201
            alive += lives
    print(f"{alive} of {len(found)} survived")  # noqa: T201
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
