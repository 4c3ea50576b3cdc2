import pytest

from youke.notices.wording import SENTENCES

DATA = {"tutor": "Ms Shen", "question": "Why?", "title": "Why?"}


@pytest.mark.parametrize("kind", SENTENCES)
def test_every_kind_of_notice_says_what_it_is_about(kind: str) -> None:
    assert SENTENCES[kind].format_map(DATA).endswith(": Why?")
