from bot.guardrails.together import Together


def test_a_stretch_is_found_in_the_texts_it_stands_in() -> None:
    together = Together.of(["abc", "", "defg"])
    assert together.text == "abc\n\ndefg"
    assert together.touched(0, 1) == (0,)
    assert together.touched(1, 6) == (0, 2)
    assert together.touched(5, 9) == (2,)
    assert Together.of([]).touched(0, 1) == ()
