"""What is measured on samples decides the ladder, by arithmetic alone."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youke_transcoder import Choice, Probe, Recipe, Score, ladders, plan
from youke_transcoder.ladders import (
    CAMERA,
    GOAL_LOW,
    GOAL_MEAN,
    SLIDES,
    STYLES,
    Candidate,
    Findings,
)
from youke_transcoder.scoring import Pictures, low, pooled
from youke_transcoder.survey import samples


def lesson(width: int = 1920, height: int = 1080, **changes: Any) -> Recipe:
    seconds = changes.pop("seconds", 60.0)
    values: dict[str, Any] = {
        "container": "mov,mp4",
        "size": 1_000_000,
        "duration_s": seconds,
        "video_end_s": seconds,
        "width": width,
        "height": height,
        "frame_rate": Fraction(25),
        "variable_fps": False,
        "video_codec": "h264",
        "pix_fmt": "yuv420p",
        "bit_depth": 8,
        "hdr": False,
        "rgb": False,
        "interlaced": False,
        "rotation": 0,
        "video_index": 0,
        "audio_index": None,
        "audio_codec": None,
        "key_times_s": tuple(float(each) for each in range(0, int(seconds), 2)),
        "seekable": True,
    }
    return plan(Probe(**values | changes))


def vmaf(mean: float, low: float | None = None) -> Score:
    return Score(metric="vmaf", mean=mean, low=mean if low is None else low)


def ssim(mean: float) -> Score:
    return Score(metric="ssim", mean=mean, low=mean)


def tried(name: str, crf: int, score: Score, bit_rate: float = 1e6) -> Candidate:
    return Candidate(name=name, crf=crf, score=score, bit_rate=bit_rate)


#: A camera's lesson whose rungs all look different.
USUAL = (
    tried("1080p", 22, vmaf(98, 95), 8e6),
    tried("1080p", 28, vmaf(90, 86), 2e6),
    tried("720p", 25, vmaf(86)),
    tried("480p", 25, vmaf(74)),
    tried("360p", 23, vmaf(65)),
    tried("240p", 23, vmaf(42)),
)


def with_scores(**scores: float) -> Findings:
    changed = (
        replace(each, score=vmaf(scores.get(f"p{each.name[:-1]}", each.score.mean)))
        for each in USUAL
    )
    return Findings(tries=tuple(changed), motion=8.0, samples=6)


def test_rungs_that_all_look_different_are_all_kept() -> None:
    choice = ladders.choose(
        CAMERA, Findings(tries=USUAL, motion=8.0, samples=6), lesson()
    )

    assert choice.kind == CAMERA
    assert choice.dropped == ()
    assert set(choice.scores) == {"1080p", "720p", "480p", "360p", "240p"}
    assert choice.scores["720p"] == vmaf(86)


def test_a_rung_without_a_visible_gain_over_the_one_below_is_dropped() -> None:
    choice = ladders.choose(CAMERA, with_scores(p720=79), lesson())

    assert choice.dropped == ("720p",)


def test_the_gain_is_counted_over_the_next_rung_that_is_kept() -> None:
    # 480p gains 5 over 360p and goes; 720p gains 5 over 480p, but 10 over 360p.
    choice = ladders.choose(CAMERA, with_scores(p480=70, p720=75), lesson())

    assert choice.dropped == ("480p",)


def test_the_largest_rung_stays_for_television_though_it_gains_nothing() -> None:
    findings = with_scores(p1080=66, p720=66, p480=66, p360=65, p240=65)

    choice = ladders.choose(CAMERA, findings, lesson())

    assert choice.dropped == ("480p", "720p")


def test_what_is_dropped_is_not_planned_and_scores_are_recorded() -> None:
    recipe = lesson()
    choice = ladders.choose(CAMERA, with_scores(p720=79), recipe)

    planned = plan(recipe.source, choice=choice)

    assert [each.name for each in planned.rungs] == ["1080p", "480p", "360p", "240p"]
    assert [each.name for each in planned.rungs if each.tv] == ["1080p"]
    assert planned.rungs[1].score == vmaf(74)
    assert planned.rungs[0].crf == choice.crf["1080p"]


def test_the_largest_rung_is_as_coarse_as_the_goal_allows() -> None:
    top = ladders.top_quality(USUAL[:2], CAMERA)

    assert top.score.mean >= GOAL_MEAN
    assert top.score.low >= GOAL_LOW
    assert not ladders.reaches_goals(
        ladders.between(USUAL[:2], top.crf + 1).score, CAMERA
    )


def test_few_samples_are_trusted_less() -> None:
    pair = (tried("1080p", 22, vmaf(97)), tried("1080p", 28, vmaf(91)))
    one = Findings(tries=(*pair, *USUAL[2:]), motion=8.0, samples=1)

    once = ladders.choose(CAMERA, one, lesson())
    often = ladders.choose(CAMERA, replace(one, samples=12), lesson())

    assert (once.crf["1080p"], often.crf["1080p"]) == (23, 24)
    assert once.scores["1080p"] == vmaf(96)


def test_the_weakest_pictures_may_ask_for_more_than_the_mean() -> None:
    uneven = (tried("1080p", 22, vmaf(98, 92)), tried("1080p", 28, vmaf(95, 80)))

    top = ladders.top_quality(uneven, CAMERA)

    assert top.score.low >= GOAL_LOW
    assert top.crf < 24


def test_a_goal_out_of_reach_ends_at_the_finest_quality() -> None:
    hopeless = (tried("1080p", 22, vmaf(60)), tried("1080p", 28, vmaf(50)))

    assert ladders.top_quality(hopeless, CAMERA).crf == STYLES[CAMERA].finest


def test_an_easy_picture_is_not_encoded_coarser_than_the_style_allows() -> None:
    easy = (tried("1080p", 22, vmaf(100)), tried("1080p", 28, vmaf(100)))

    assert ladders.top_quality(easy, SLIDES).crf == STYLES[SLIDES].coarsest


@given(fine=st.floats(0, 100), loss=st.floats(0, 50), crf=st.integers(10, 40))
def test_an_estimated_score_stays_a_score(fine: float, loss: float, crf: int) -> None:
    pair = (
        tried("1080p", 22, vmaf(fine), 4e6),
        tried("1080p", 28, vmaf(max(0.0, fine - loss)), 2e6),
    )

    found = ladders.between(pair, crf)

    assert 0 <= found.score.mean <= 100
    assert found.bit_rate > 0


def test_what_hardly_moves_is_slides_and_what_moves_is_camera() -> None:
    recipe = lesson()

    assert (
        ladders.kind_of(Findings(tries=USUAL, motion=0.3, samples=6), recipe) == SLIDES
    )
    assert (
        ladders.kind_of(Findings(tries=USUAL, motion=6.0, samples=6), recipe) == CAMERA
    )


def test_without_measured_motion_the_bits_tell_the_kind() -> None:
    cheap = tuple(replace(each, bit_rate=5e5) for each in USUAL)

    assert (
        ladders.kind_of(Findings(tries=USUAL, motion=None, samples=6), lesson())
        == CAMERA
    )
    assert (
        ladders.kind_of(Findings(tries=cheap, motion=None, samples=6), lesson())
        == SLIDES
    )


@pytest.mark.parametrize(
    ("bit_rate", "kind"),
    [
        (1_300_000, SLIDES),
        (10_000_000, CAMERA),
        # Nobody measured it.
        (0, CAMERA),
    ],
)
def test_the_uploads_bits_tell_which_kind_to_expect(bit_rate: int, kind: str) -> None:
    assert ladders.expected_kind(lesson(bit_rate=bit_rate)) == kind
    assert ladders.static(lesson(bit_rate=bit_rate)).kind == kind


def test_the_low_rungs_are_scored_as_they_are_and_the_largest_twice() -> None:
    recipe = lesson()

    named = [(rung.name, crf) for rung, crf in ladders.tries(recipe, CAMERA)]

    style = STYLES[CAMERA]
    assert named == [
        ("1080p", style.finer),
        ("1080p", style.coarser),
        ("720p", style.crf),
        ("480p", style.crf),
        *((each.name, each.crf) for each in recipe.low_rungs),
    ]


def test_a_source_with_low_rungs_only_leaves_nothing_to_choose() -> None:
    recipe = lesson(640, 360)
    findings = Findings(
        tries=(tried("360p", 23, vmaf(94)), tried("240p", 23, vmaf(91))),
        motion=3.0,
        samples=1,
    )

    choice = ladders.choose(CAMERA, findings, recipe)

    assert (choice.dropped, choice.crf) == ((), {})
    assert plan(recipe.source, choice=choice).rungs[0].score == vmaf(94)


@pytest.mark.parametrize("kind", [SLIDES, CAMERA])
def test_ssim_stands_for_points_that_grow_with_it(kind: str) -> None:
    values = [ladders.points(ssim(step / 50), kind) for step in range(51)]

    assert values == sorted(values)
    assert (values[0], values[-1]) == (0, 100)


def test_scores_of_all_samples_are_pooled() -> None:
    parts = [
        Pictures(metric="vmaf", values=(90.0, 92.0)),
        Pictures(metric="vmaf", values=(94.0,)),
    ]

    assert pooled(parts) == Score(metric="vmaf", mean=92.0, low=90.2)


def test_five_of_a_hundred_stay_below_the_low_value() -> None:
    assert low([float(each) for each in range(101)]) == 5.0
    assert low([7.0]) == 7.0


def test_no_scores_are_no_score() -> None:
    with pytest.raises(ValueError, match="no scores"):
        pooled([Pictures(metric="vmaf", values=())])


@pytest.mark.parametrize(
    ("seconds", "count"), [(30, 1), (60, 1), (290, 4), (600, 8), (2700, 12), (9000, 12)]
)
def test_samples_are_few_and_spread(seconds: float, count: int) -> None:
    recipe = lesson(seconds=float(seconds))

    chosen = samples(recipe)

    assert len(chosen) == count
    assert [each.frames for each in chosen] == [25] * count
    starts = [each.first_frame / recipe.frames for each in chosen]
    assert starts == sorted(set(starts))
    assert 0 < starts[0] <= 0.7
    assert starts[-1] >= 0.3
    if count > 2:
        assert starts[-1] - starts[0] > 0.5


def test_a_source_without_key_frames_is_looked_at_near_its_start() -> None:
    (sample,) = samples(lesson(seconds=3000.0, seekable=False))

    assert sample.seek_s == 0
    assert sample.first_frame == 20 * 25


def test_a_source_of_a_few_pictures_is_looked_at_whole() -> None:
    recipe = lesson(seconds=1.0)

    (sample,) = samples(recipe)

    assert (sample.first_frame, sample.frames) == (0, 25)


def test_a_choice_survives_being_stored() -> None:
    choice = ladders.choose(CAMERA, with_scores(p720=79), lesson())

    assert Choice.from_dict(choice.to_dict()) == choice
