"""Pure decisions of counselling: words, levels, rights, states, aliases."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youke.counselling.access import Grant, Reader, right_by_grant, right_to_read
from youke.counselling.aliases import alias_name, draw_alias
from youke.counselling.crisis.escalation import (
    Helpers,
    Level,
    audience,
    first_level_with_somebody,
    told_up_to,
)
from youke.counselling.crisis.words import raises_concern
from youke.counselling.states import Why
from youke.counselling.wording import SENTENCES, sentence_of

A, B, C = uuid4(), uuid4(), uuid4()
NOON = datetime(2026, 11, 28, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "我不想活了",
        "不 想 活 了",
        "我想，死。",  # what stands between is passed over
        "I want to die",
        "i wanna DIE",
        "Ｉ ｗａｎｔ ｔｏ ｄｉｅ",  # full width
        "I don’t want to live any more",
        "thinking about self-harm",
    ],
)
def test_words_of_need_raise_a_person(text: str) -> None:
    assert raises_concern(text)


@pytest.mark.parametrize(
    "text", ["", "这道题难死了", "I study hard", "the skill himself", "今天心情不好"]
)
def test_ordinary_words_do_not(text: str) -> None:
    assert not raises_concern(text)


def reader(person: UUID, *, counsellor: bool = False, admin: bool = False) -> Reader:
    return Reader(id=person, is_counsellor=counsellor, is_administrator=admin)


@given(counsellor=st.booleans(), admin=st.booleans(), who=st.sampled_from([A, B, C]))
def test_only_two_people_may_read(*, counsellor: bool, admin: bool, who: UUID) -> None:
    asks = reader(who, counsellor=counsellor, admin=admin)
    right = right_to_read(asks, student_id=A, counsellor_id=B)
    if who == A:
        assert right == Why.OWN
    elif who == B and counsellor:
        assert right == Why.ASSIGNED
    else:
        assert right is None


def test_a_grant_is_of_two_administrators_and_ends() -> None:
    grant = Grant(holder_id=A, agreed_by_id=B, expires_at=NOON)
    before = NOON - timedelta(seconds=1)
    assert right_by_grant(reader(A, admin=True), grant, before) == Why.BREAK_GLASS
    assert right_by_grant(reader(B, admin=True), grant, before) == Why.BREAK_GLASS
    assert right_by_grant(reader(A, admin=True), grant, NOON) is None
    assert right_by_grant(reader(A), grant, before) is None
    assert right_by_grant(reader(C, admin=True), grant, before) is None
    alone = Grant(holder_id=A, agreed_by_id=A, expires_at=NOON)
    assert right_by_grant(reader(A, admin=True), alone, before) is None


def helpers(**more: object) -> Helpers:
    nobody: dict[str, object] = dict.fromkeys(
        ("on_duty", "counsellors", "school", "district", "city"), ()
    )
    return Helpers(**({"assigned": None} | nobody | more))  # type: ignore[arg-type]  a test's shorthand


def test_a_level_without_anybody_is_passed_over() -> None:
    only_city = helpers(city=[C])
    assert first_level_with_somebody(Level.DUTY, only_city) == Level.CITY
    assert audience(Level.CITY, only_city) == {C}


def test_who_was_told_once_may_still_take_it_later() -> None:
    known = helpers(assigned=A, school=[B], city=[C])
    assert told_up_to(Level.CITY, known) == {A, B, C}


def test_an_alias_is_drawn_that_nobody_has() -> None:
    alias = draw_alias(())
    assert alias_name(alias, "en") != alias_name(alias, "zh_Hans")
    assert alias_name("calm-deer", "zh_Hans") == "安静的小鹿"
    assert alias_name("calm-deer", "en") == "Calm Deer"


def test_data_of_a_system_message_may_hold_any_sign() -> None:
    assert sentence_of("opened|a、b|why | so") == (
        SENTENCES["opened"],
        ("a、b", "why | so"),
    )
