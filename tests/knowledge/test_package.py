import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import knowledge
from knowledge import errors


@pytest.mark.parametrize("name", knowledge.__all__)
def test_every_exported_name_is_there(name: str) -> None:
    assert getattr(knowledge, name) is not None


def test_a_name_that_is_not_exported_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = knowledge.nonsense  # pyright: ignore[reportAttributeAccessIssue]


def test_importing_the_package_or_its_nouns_loads_nothing_heavy() -> None:
    code = """
import sys
import knowledge, knowledge.documents, knowledge.errors
heavy = {"torch", "numpy", "sqlite_utils", "bs4", "sentence_transformers"} & set(sys.modules)
sys.exit(f"imported: {heavy}" if heavy else 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(Path.cwd())}, check=False
    )

    assert done.returncode == 0


def leaves() -> list[type[errors.KnowledgeError]]:
    found = [
        value
        for value in vars(errors).values()
        if inspect.isclass(value) and issubclass(value, errors.KnowledgeError)
    ]
    return [error for error in found if not error.__subclasses__()]


@pytest.mark.parametrize("error", leaves())
def test_every_leaf_error_is_in_the_tree_exported_and_has_its_apology(
    error: type[errors.KnowledgeError],
) -> None:
    assert f"x {error.__name__} " in (errors.__doc__ or "")
    assert error.__name__ in knowledge.__all__
    assert "apology" in vars(error)
