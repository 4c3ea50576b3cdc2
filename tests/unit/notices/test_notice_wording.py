"""A notice says what it is about, and of what is confidential nothing at all."""

import pytest

from youke.notices.wording import SENTENCES

DATA = {
    "tutor": "Ms Shen",
    "question": "Why?",
    "title": "Why?",
    "before": "2026-11-28 14:00",
    "after": "2026-12-05 14:00",
    "until": "2026-11-30 16:00",
}
#: They are shown on screens that others see, too.
CONFIDENTIAL = {"private_message", "help_needed"}


@pytest.mark.parametrize("kind", sorted(SENTENCES.keys() - CONFIDENTIAL))
def test_every_kind_of_notice_says_what_it_is_about(kind: str) -> None:
    said = SENTENCES[kind].format_map(DATA)

    assert "Why?" in said or DATA["before"] in said


@pytest.mark.parametrize("kind", sorted(CONFIDENTIAL))
def test_a_confidential_notice_has_no_place_for_data(kind: str) -> None:
    assert SENTENCES[kind].format_map({}) == SENTENCES[kind]
