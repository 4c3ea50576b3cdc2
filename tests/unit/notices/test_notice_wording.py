import pytest

from youke.notices.wording import SENTENCES

DATA = {"tutor": "Ms Shen", "question": "Why?"}


@pytest.mark.parametrize("kind", SENTENCES)
def test_every_kind_of_notice_speaks_of_the_question(kind: str) -> None:
    assert SENTENCES[kind].format_map(DATA).endswith(": Why?")
