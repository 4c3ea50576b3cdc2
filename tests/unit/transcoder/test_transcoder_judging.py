"""Whether a file may become a lesson follows from facts alone."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from youke_transcoder import Limits, Rejected
from youke_transcoder.judging import (
    HeaderFacts,
    Span,
    StreamFacts,
    choose_streams,
    displayed_size,
    frame_rate,
    is_seekable,
    judge_header,
    judge_spans,
    snap,
    spaced,
)

LIMITS = Limits()
VIDEO = StreamFacts(index=0, kind="video", codec="h264", width=1280, height=720)
AUDIO = StreamFacts(index=1, kind="audio", codec="aac")
HEADER = HeaderFacts(container="mov,mp4", declared_s=60.0, streams=(VIDEO, AUDIO))
SPANS = {0: Span(0, 60, 1500), 1: Span(0, 60, 2800)}


def with_video(**changes: object) -> HeaderFacts:
    return replace(HEADER, streams=(replace(VIDEO, **changes), AUDIO))


def test_an_ordinary_file_passes() -> None:
    judge_header(HEADER, LIMITS)
    judge_spans(HEADER, SPANS, LIMITS)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(HEADER, streams=(VIDEO, *[AUDIO] * 16)), "too_many_streams"),
        (replace(HEADER, streams=(AUDIO,)), "no_video"),
        # An album cover is not a lesson's picture.
        (with_video(cover=True), "no_video"),
        (with_video(codec="magicyuv"), "unsupported_codec"),
        (with_video(codec=None), "unsupported_codec"),
        (
            replace(HEADER, streams=(VIDEO, replace(AUDIO, codec="atrac3"))),
            "unsupported_codec",
        ),
        (with_video(width=16384, height=8704), "too_large_pixels"),
        (with_video(width=2, height=2), "too_small"),
        (replace(HEADER, declared_s=4_294_967.0), "too_long"),
    ],
)
def test_what_the_header_says_can_be_enough(facts: HeaderFacts, code: str) -> None:
    with pytest.raises(Rejected) as caught:
        judge_header(facts, LIMITS)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("facts", "spans", "code"),
    [
        # Says 60 seconds and holds 29: cut in half with its index in front.
        (HEADER, {0: Span(0, 29, 725), 1: Span(0, 29, 1360)}, "truncated"),
        # Only the picture is missing its second half.
        (with_video(declared_s=60), {**SPANS, 0: Span(0, 29, 725)}, "truncated"),
        (HEADER, {1: Span(0, 60, 2800)}, "unreadable"),
        (replace(HEADER, declared_s=None), {0: Span(0, 0.04, 1)}, "too_short"),
        (replace(HEADER, declared_s=None), {0: Span(0, 15_000, 9)}, "too_long"),
        (HEADER, {**SPANS, 0: Span(0, 60, 9_000_000)}, "too_expensive"),
    ],
)
def test_the_packets_can_disprove_the_header(
    facts: HeaderFacts, spans: dict[int, Span], code: str
) -> None:
    with pytest.raises(Rejected) as caught:
        judge_spans(facts, spans, LIMITS)
    assert caught.value.code == code


def test_a_second_may_be_missing() -> None:
    judge_spans(HEADER, {0: Span(0, 58.9, 1470), 1: Span(0, 59, 2700)}, LIMITS)


def test_an_estimated_duration_proves_nothing() -> None:
    facts = replace(HEADER, container="mpeg", declared_s=600.0)

    judge_spans(facts, SPANS, LIMITS)


def test_the_default_sound_is_preferred_to_the_first() -> None:
    second = replace(AUDIO, index=2, default=True)

    assert choose_streams(replace(HEADER, streams=(VIDEO, AUDIO, second))) == (
        VIDEO,
        second,
    )


def test_a_constant_rate_is_its_average() -> None:
    times = [round(frame * 1.001 / 30, 3) for frame in range(300)]

    assert frame_rate(times, 10.01) == (Fraction(30000, 1001), False)


def test_a_varying_rate_is_that_of_its_usual_distance() -> None:
    times = [*(n / 30 for n in range(60)), *(2 + n / 5 for n in range(10))]

    assert frame_rate(times, 4) == (Fraction(30), True)


def test_one_frame_has_a_rate_too() -> None:
    assert frame_rate([0.0], 0.04) == (Fraction(25), False)


@pytest.mark.parametrize(
    ("measured", "meant"),
    [
        (29.9, Fraction(30000, 1001)),
        (30.01, Fraction(30)),
        (23.98, Fraction(24000, 1001)),
        (7.0, Fraction(7)),
        (0.2, Fraction(1)),
        (1000.0, Fraction(1000)),
    ],
)
def test_rates_snap_to_what_people_mean(measured: float, meant: Fraction) -> None:
    assert snap(measured) == meant


@pytest.mark.parametrize(
    ("aspect", "rotation", "size"),
    [
        (Fraction(1), 0, (720, 576)),
        (Fraction(64, 45), 0, (1024, 576)),
        (Fraction(1, 2), 0, (720, 1152)),
        (Fraction(1), 90, (576, 720)),
        (Fraction(1), -90, (576, 720)),
        (Fraction(1), 180, (720, 576)),
        (Fraction(64, 45), 270, (576, 1024)),
        (Fraction(0), 0, (720, 576)),
    ],
)
def test_size_is_counted_as_displayed(
    aspect: Fraction, rotation: int, size: tuple[int, int]
) -> None:
    assert displayed_size(720, 576, aspect, rotation) == size


def test_key_frames_in_a_row_count_as_one() -> None:
    assert spaced([0, 0.5, 1, 1.9, 5, 5.1], 1) == [0, 1, 5]
    assert spaced([], 1) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"container": "mpegts"}, False),
        ({"growing": False}, False),
        ({"index_end_s": None}, False),
        # An index that ends with the first minute names no place in the second.
        ({"index_end_s": 60.0}, False),
        ({"keys_s": []}, False),
    ],
)
def test_a_jump_needs_an_index_and_growing_times(
    changes: dict[str, Any],
    expected: bool,  # noqa: FBT001  # a parameter of the table
) -> None:
    facts: dict[str, Any] = {
        "container": "matroska,webm",
        "keys_s": [0, 60, 120],
        "index_end_s": 120.0,
        "growing": True,
    }
    values = facts | changes
    container, keys = values.pop("container"), values.pop("keys_s")

    assert is_seekable(container, keys, **values) is expected
