"""The ladder is decided by arithmetic alone."""

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youke_transcoder import Choice, Probe, Recipe, Score, plan
from youke_transcoder.planning import LADDERS, fit, output_rate, peak_kbit
from youke_transcoder.recipes import CRF


def source(width: int = 1920, height: int = 1080, **changes: Any) -> Probe:
    values: dict[str, Any] = {
        "container": "mov,mp4",
        "size": 1_000_000,
        "duration_s": 10.0,
        "video_end_s": 10.0,
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
        "audio_index": 1,
        "audio_codec": "aac",
    }
    return Probe(**values | changes)


def test_a_1080p_source_gets_every_rung_and_shares_the_small_ones() -> None:
    recipe = plan(source())

    rungs = {rung.name: (rung.profiles, rung.tv) for rung in recipe.rungs}
    assert rungs == {
        "1080p": (("web",), True),
        "720p": (("web",), True),
        "480p": (("web", "mobile"), False),
        "360p": (("web", "mobile"), False),
        "240p": (("mobile",), False),
    }
    assert recipe.audio_only == ("mobile",)


def test_only_the_profiles_asked_for_are_made() -> None:
    recipe = plan(source(), profiles=("tv",))

    assert [(rung.name, rung.profiles, rung.tv) for rung in recipe.rungs] == [
        ("1080p", (), True),
        ("720p", (), True),
    ]
    assert recipe.audio_only == ()


@pytest.mark.parametrize("profiles", [(), ("radio",), ("web", "radio")])
def test_an_unknown_profile_is_an_error_of_the_caller(profiles: tuple[str]) -> None:
    with pytest.raises(ValueError, match="profiles must be among"):
        plan(source(), profiles=profiles)


def test_no_rung_is_larger_than_the_source() -> None:
    recipe = plan(source(1280, 720))

    assert [rung.name for rung in recipe.rungs] == ["720p", "480p", "360p", "240p"]


def test_a_source_below_the_smallest_rung_keeps_its_own_even_size() -> None:
    recipe = plan(source(121, 91))

    (rung,) = recipe.rungs
    assert (rung.name, rung.width, rung.height) == ("90p", 120, 90)
    assert rung.profiles == ("web", "mobile")
    assert rung.tv


def test_portrait_rungs_count_the_short_side() -> None:
    recipe = plan(source(1080, 1920))

    sizes = {rung.name: (rung.width, rung.height) for rung in recipe.rungs}
    assert sizes["720p"] == (720, 1280)
    assert sizes["240p"] == (240, 426)


def test_a_picture_wider_than_16_to_9_is_held_by_its_long_side() -> None:
    assert fit(source(1920, 800), 1080) == (1920, 800)
    assert fit(source(3840, 1600), 1080) == (1920, 800)
    assert fit(source(1920, 800), 720) == (1280, 534)


def test_without_sound_there_is_no_rendition_of_sound_alone() -> None:
    recipe = plan(source(audio_index=None, audio_codec=None))

    assert recipe.audio_only == ()


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (Fraction(25), Fraction(25)),
        (Fraction(30000, 1001), Fraction(30000, 1001)),
        (Fraction(60), Fraction(60)),
        (Fraction(120), Fraction(60)),
        (Fraction(100), Fraction(50)),
        (Fraction(144), Fraction(48)),
        (Fraction(1000), Fraction(60)),
        (Fraction(5), Fraction(15)),
        (Fraction(1), Fraction(15)),
        (Fraction(10), Fraction(20)),
    ],
)
def test_output_rates_lie_between_15_and_60(rate: Fraction, expected: Fraction) -> None:
    assert output_rate(rate) == expected


@pytest.mark.parametrize(
    ("rate", "gop"),
    [(Fraction(25), 50), (Fraction(30000, 1001), 60), (Fraction(24000, 1001), 48)],
)
def test_key_frames_are_two_seconds_apart(rate: Fraction, gop: int) -> None:
    assert plan(source(frame_rate=rate)).gop == gop


def test_renditions_last_a_whole_number_of_frames() -> None:
    recipe = plan(source(duration_s=5.312))

    assert recipe.frames == 133
    assert recipe.duration_s == pytest.approx(5.32)


def test_fast_pictures_may_take_half_as_much_again() -> None:
    assert peak_kbit(720, Fraction(30)) == 3000
    assert peak_kbit(720, Fraction(60)) == 4500
    assert peak_kbit(576, Fraction(25)) == 3000
    assert peak_kbit(90, Fraction(25)) == 400


@given(
    width=st.integers(64, 8192),
    height=st.integers(64, 4320),
    profiles=st.sets(st.sampled_from(sorted(LADDERS)), min_size=1),
)
def test_any_source_gets_even_sizes_within_itself_for_every_profile(
    width: int, height: int, profiles: set[str]
) -> None:
    recipe = plan(source(width, height), profiles=tuple(profiles))

    served = {each for rung in recipe.rungs for each in rung.profiles}
    served |= {"tv"} if any(rung.tv for rung in recipe.rungs) else set()
    assert served == profiles
    for rung in recipe.rungs:
        assert rung.width % 2 == rung.height % 2 == 0
        assert 2 <= rung.width <= width
        assert 2 <= rung.height <= height
        assert min(rung.width, rung.height) <= 1080
        assert max(rung.width, rung.height) <= 1920


def test_a_recipe_survives_json() -> None:
    recipe = plan(
        source(key_times_s=(0.0, 2.0), seekable=True, duration_s=100.0),
        choice=Choice(
            scores={"480p": Score(metric="vmaf", mean=90.0, low=80.0)}, tune="animation"
        ),
    )

    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_a_choice_survives_json() -> None:
    score = Score(metric="ssim", mean=0.98, low=0.95)
    choice = Choice(
        kind="slides", dropped=("720p",), crf={"1080p": 26}, scores={"1080p": score}
    )

    assert Choice.from_dict(json.loads(json.dumps(choice.to_dict()))) == choice


def test_the_survey_drops_rungs_but_never_the_top_or_the_low_ones() -> None:
    every = ("1080p", "720p", "480p", "360p", "240p")

    recipe = plan(source(), choice=Choice(dropped=every))

    assert [rung.name for rung in recipe.rungs] == ["1080p", "360p", "240p"]


def test_the_survey_does_not_change_what_is_encoded_before_it_ends() -> None:
    before = plan(source())

    after = plan(
        source(),
        choice=Choice(crf={"1080p": 27, "360p": 27}, preset="faster", tune="film"),
    )

    assert after.low_rungs == before.low_rungs
    assert [(each.crf, each.preset, each.tune) for each in after.high_rungs] == [
        (27, "faster", "film"),
        (CRF, "faster", "film"),
        (CRF, "faster", "film"),
    ]
    assert after.key_of("240p") == before.key_of("240p")
    assert after.key_of("1080p") != before.key_of("1080p")


def test_a_score_does_not_make_it_another_work() -> None:
    score = Score(metric="vmaf", mean=95.0, low=90.0)

    scored = plan(source(), choice=Choice(scores={"720p": score}))

    assert scored.rungs[1].score == score
    assert scored.key == plan(source()).key


@pytest.mark.parametrize(
    ("lines", "low", "high"),
    [
        (1080, ["360p", "240p"], ["1080p", "720p", "480p"]),
        (240, ["240p"], []),
    ],
)
def test_rungs_are_low_or_high(lines: int, low: list[str], high: list[str]) -> None:
    recipe = plan(source(lines * 16 // 9, lines))

    assert [each.name for each in recipe.low_rungs] == low
    assert [each.name for each in recipe.high_rungs] == high


def test_a_television_alone_opens_with_its_smallest_rung() -> None:
    recipe = plan(source(), profiles=("tv",))

    assert [each.name for each in recipe.low_rungs] == ["720p"]
    assert [each.name for each in recipe.high_rungs] == ["1080p"]
