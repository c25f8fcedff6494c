import json
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.commands.grounding.cases import TRUE, Case, demo_cases
from bot.commands.grounding.corrupt import corrupted
from bot.commands.grounding.run import judge_all, measured
from knowledge.embed import SentenceTransformerEmbedder

SOURCE = (
    "Tell Mira Lindqvist by 15 June. You get 20 weeks, or 6 with notice.\n"
    "Write to it@larkspur.example; it may not be later than Friday in Porto."
)
SENTENCE = "You may write to it@larkspur.example in Porto by 15 June to get 20 weeks."


def test_a_true_sentence_is_made_false_in_every_way_and_the_same_way_each_time() -> None:
    made = corrupted(SENTENCE, SOURCE, ["Dogs are allowed."], "seed")
    assert made == corrupted(SENTENCE, SOURCE, ["Dogs are allowed."], "seed")
    assert {one.kind for one in made} == {
        "number",
        "date",
        "name",
        "identifier",
        "negation",
        "invented",
    }
    assert SENTENCE not in {one.text for one in made}
    assert any("may not write" in one.text for one in made)
    assert "Dogs are allowed." in {one.text for one in made}


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return demo_cases(SentenceTransformerEmbedder(threads=1))


def test_the_demos_answers_are_told_from_their_corruptions(cases: list[Case]) -> None:
    found = measured(judge_all(cases, SentenceTransformerEmbedder(threads=1)))
    assert found.true >= 100
    assert found.in_use.false_alarms <= 0.05
    aims = {"number": 0.98, "name": 0.98, "identifier": 0.98, "date": 0.98, "negation": 0.8}
    for kind, aim in {**aims, "invented": 0.8}.items():
        assert found.in_use.kinds[kind].recall >= aim, kind


def test_each_round_changes_other_things_and_has_no_true_sentence_again(cases: list[Case]) -> None:
    twice = demo_cases(SentenceTransformerEmbedder(threads=1), rounds=2)
    true, numbers = ([c for c in twice if c.kind == kind] for kind in (TRUE, "number"))
    assert len(true) == sum(case.kind == TRUE for case in cases)
    once = sum(case.kind == "number" for case in cases)
    assert 1.9 * once < len(numbers) <= 2 * once
    assert len({case.sentence for case in numbers}) > 1.2 * once


def test_the_demos_answers_are_true_and_put_in_other_words(cases: list[Case]) -> None:
    true = [case for case in cases if case.kind == TRUE]
    copied = [c for c in true if any(c.sentence in text for text in c.basis.texts)]
    assert len(copied) < len(true) / 20


def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], *rows: dict[str, Any]) -> Any:
    path = tmp_path / "answers.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    code = main(["eval", "grounding", str(path), "--json"])
    shown = capsys.readouterr()
    return json.loads(shown.out) if code == 0 else shown.err


def test_labelled_answers_are_judged_sentence_by_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = "You get 20 weeks. A lottery of cinema vouchers decides."
    row = {"answer": answer, "sources": [SOURCE], "labels": [{"start": 18, "end": 55}]}
    found = run(tmp_path, capsys, row)
    assert (found["true"], found["false"]) == (1, 1)
    assert found["in_use"]["kinds"] == {"unsupported": {"cases": 1, "found": 1, "recall": 1.0}}


def test_ragtruths_answers_find_their_sources_in_the_other_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    info = {"question": "How long?", "passages": SOURCE, "more": [{"floor": 3}]}
    told = {"source_id": "7", "source_info": info, "task_type": "QA"}
    label = {"start": 0, "end": 17, "text": "You get 99 weeks.", "label_type": "Evident Conflict"}
    row = {"id": "1", "source_id": "7", "response": "You get 99 weeks.", "labels": [label]}
    found = run(tmp_path, capsys, told, row)
    assert found["in_use"]["kinds"]["Evident Conflict"]["found"] == 1
    assert "source_info.jsonl" in run(tmp_path, capsys, row)


def test_a_line_that_cannot_be_read_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "sources" in run(tmp_path, capsys, {"answer": "Yes."})
    path = tmp_path / "broken.jsonl"
    for text, problem in (("{", "line 1"), ("[]", "no object"), ("", "no sentence")):
        path.write_text(text)
        assert main(["eval", "grounding", str(path)]) == 1
        assert problem in capsys.readouterr().err
