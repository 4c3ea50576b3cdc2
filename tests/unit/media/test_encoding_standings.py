"""Where encodings stand, in words, and what they would cost."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from harness.encoded import probe
from youke.media.operators.estimates import Made, estimate
from youke.media.operators.standing import Action, Standing, action, standing
from youke.media.operators.timeline import timeline
from youke.media.operators.wording import SENTENCES, STANDINGS, sentence_of
from youke_transcoder import costing
from youke_transcoder.errors import FailureCode, RejectionCode
from youke_transcoder.planning import plan

START = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "code", "is_worked_on", "expected"),
    [
        ("working", None, False, Standing.WAITING),
        ("working", None, True, Standing.WORKING),
        ("current", None, False, Standing.DONE),
        ("retired", None, False, Standing.REPLACED),
        ("abandoned", None, False, Standing.REPLACED),
        ("abandoned", "cancelled", False, Standing.CANCELLED),
        ("abandoned", "too_long", False, Standing.REJECTED),
        ("abandoned", "encoder_failed", False, Standing.FAILED),
        ("abandoned", "something_new", False, Standing.FAILED),
    ],
)
def test_an_encoding_stands_where_its_state_code_and_steps_say(
    *, state: str, code: str | None, is_worked_on: bool, expected: Standing
) -> None:
    assert standing(state, code, is_worked_on=is_worked_on) is expected


@pytest.mark.parametrize(
    ("where", "is_newest", "has_original", "expected"),
    [
        (Standing.FAILED, True, True, Action.RETRY),
        (Standing.FAILED, False, True, None),
        (Standing.FAILED, True, False, None),
        (Standing.WORKING, True, False, Action.CANCEL),
        (Standing.DONE, True, True, Action.REENCODE),
        (Standing.DONE, True, False, None),
        (Standing.REPLACED, True, True, None),
    ],
)
def test_what_can_be_done_depends_on_the_rest_of_the_lesson(
    *,
    where: Standing,
    is_newest: bool,
    has_original: bool,
    expected: Action | None,
) -> None:
    found = action(where, is_newest=is_newest, has_original=has_original)
    assert found is expected


def test_every_code_of_the_engine_has_a_sentence() -> None:
    codes = {code.value for code in (*RejectionCode, *FailureCode)}
    assert codes - set(SENTENCES) == set()
    assert set(STANDINGS) == set(Standing)
    assert sentence_of("something_new")
    assert sentence_of(None) is None


def step(state: str, start_s: float | None, end_s: float | None) -> dict[str, Any]:
    def at(seconds: float | None) -> datetime | None:
        return None if seconds is None else START + timedelta(seconds=seconds)

    return {"state": state, "started_at": at(start_s), "ended_at": at(end_s)}


def test_bars_lie_on_one_scale() -> None:
    steps = [step("done", 0, 10), step("done", 10, 40), step("working", 40, None)]
    shown = timeline(steps, START + timedelta(seconds=100))
    assert [each["bar"] for each in shown] == [
        {"x": 0.0, "width": 100.0},
        {"x": 100.0, "width": 300.0},
        {"x": 400.0, "width": 600.0},
    ]
    assert [each["took_s"] for each in shown] == [10, 30, 60]


def test_what_has_not_begun_has_no_bar_and_what_was_short_can_be_seen() -> None:
    steps = [step("waiting", None, None), step("done", 99.999, 100), step("done", 0, 1)]
    waiting, short, _ = timeline(steps, START)
    assert (waiting["bar"], waiting["took_s"]) == (None, None)
    assert short["bar"] == {"x": 996.0, "width": 4.0}


def test_longer_lessons_cost_more() -> None:
    short = estimate(plan(probe()), {})
    long = estimate(plan(probe(duration_s=1200.0, video_end_s=1200.0)), {})
    assert short.rungs == long.rungs == 5
    assert long.cpu_s > 1.8 * short.cpu_s
    assert long.size == pytest.approx(2 * short.size, rel=0.01)


def test_pictures_that_were_easy_are_expected_to_be_easy_again() -> None:
    recipe = plan(probe())
    unknown = estimate(recipe, {})
    easy = estimate(recipe, {"720p": Made(size=4_000_000, crf=23)})
    assert easy.size < unknown.size / 3


def test_a_better_quality_is_expected_to_take_more_room() -> None:
    recipe = plan(probe())
    same = estimate(recipe, {"720p": Made(size=20_000_000, crf=23)})
    better = estimate(recipe, {"720p": Made(size=20_000_000, crf=29)})
    assert 1.7 * same.size < better.size < 2 * same.size


def test_no_more_is_expected_than_the_encoder_may_use() -> None:
    recipe = plan(probe())
    hard = estimate(recipe, {"720p": Made(size=10**12, crf=23)})
    assert hard.size == costing.estimate(recipe).bytes_at_most
