"""What the page's files may not contain; this needs no browser."""

import re
from pathlib import Path

import pytest

from bot.local_slack.page_api import PAGE

FILES = sorted(path for path in PAGE.iterdir() if path.is_file())
MODULES = [path for path in FILES if path.suffix == ".js"]

# The one address that is a name and not a place.
SVG_NAMESPACE = "http://www.w3.org/2000/svg"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_is_loaded_from_elsewhere(path: Path) -> None:
    text = path.read_text().replace(SVG_NAMESPACE, "")
    assert re.findall(r"""(?:https?:)?//[a-z0-9-]+\.[a-z]{2,}""", text) == []
    assert re.findall(r"@import|url\((?!#)", text) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_no_text_becomes_html_or_code(path: Path) -> None:
    parsed = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|srcdoc"
    run = r"\beval\(|new Function|javascript:|setAttribute\(\"(?:style|on)"
    assert re.findall(f"{parsed}|{run}", path.read_text()) == []


def test_the_page_has_no_inline_script_or_style() -> None:
    html = (PAGE / "index.html").read_text()
    assert re.findall(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=", html) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_every_import_is_there_and_used(path: Path) -> None:
    text = path.read_text()
    for names, source in re.findall(r'import \{([^}]*)\} from "\./([^"]+)"', text):
        exported = (PAGE / source).read_text()
        for name in filter(None, (name.strip() for name in names.split(","))):
            assert re.search(rf"export (?:async )?(?:const|function|class) {name}\b", exported)
            assert len(re.findall(rf"\b{name}\b", text)) > 1, name


def test_every_file_is_used() -> None:
    whole = "".join(path.read_text() for path in FILES)
    assert [path.name for path in FILES if path.name not in whole and path.stem != "index"] == []
