import pytest

from youke.questions.similar import grams


def test_a_chinese_sentence_becomes_pairs_of_characters() -> None:
    assert grams("为什么要通分") == "为什 什么 么要 要通 通分"


def test_punctuation_ends_a_run_of_characters() -> None:
    assert grams("老师，通分？") == "老师 通分"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What is a prime?", "what is a prime"),
        ("ＡＢＣ　１２", "abc 12"),  # full-width letters are the same letters
        ("解x²+2x=0", "解 x2 2x 0"),
        ("  …！？ ", ""),
        ("数", "数"),
    ],
)
def test_words_and_digits_stay_whole(text: str, words: str) -> None:
    assert grams(text) == words


def test_repeating_a_word_says_nothing_new() -> None:
    assert grams("通分 通分 why why") == "通分 why"
