"""Which steps an encoding needs, how far it is, and how long the rest takes."""

from dataclasses import replace
from fractions import Fraction

import pytest

from youke.media.models import Step, StepKind
from youke.media.progress import overall, time_left_s, wanted
from youke.media.steps import due
from youke_transcoder import Probe, plan
from youke_transcoder.recipes import Recipe

SOURCE = Probe(
    container="mov",
    size=1,
    duration_s=120.0,
    video_end_s=120.0,
    width=1920,
    height=1080,
    frame_rate=Fraction(25),
    variable_fps=False,
    video_codec="h264",
    pix_fmt="yuv420p",
    bit_depth=8,
    hdr=False,
    rgb=False,
    interlaced=False,
    rotation=0,
    video_index=0,
    audio_index=1,
    audio_codec="aac",
    key_times_s=tuple(float(second) for second in range(0, 120, 2)),
    seekable=True,
)


def part(weight: float, share: float, state: str = "working") -> Step:
    return Step(weight=weight, share=share, state=state)


def kinds(recipe: Recipe, *, previews: bool) -> list[StepKind]:
    return [each.kind for each in wanted(recipe, previews=previews)]


def test_low_rungs_are_made_first_only_where_they_are_shown() -> None:
    recipe = plan(SOURCE)
    chunks = len(recipe.chunks)
    shown, not_shown = (kinds(recipe, previews=each) for each in (True, False))
    assert chunks > 2
    # The opening has made those of the first chunk.
    assert shown.count(StepKind.PREVIEW) == chunks - 1
    assert shown.count(StepKind.CHUNK) == chunks
    assert StepKind.PREVIEW not in not_shown
    assert not_shown.count(StepKind.CHUNK) == chunks


def test_a_small_silent_picture_needs_neither_sound_nor_other_rungs() -> None:
    small = replace(SOURCE, width=320, height=240, audio_index=None, audio_codec=None)
    found = kinds(plan(small), previews=True)
    assert StepKind.SOUND not in found
    assert StepKind.CHUNK not in found


def test_the_same_work_weighs_the_same_whether_low_rungs_come_first() -> None:
    recipe = plan(SOURCE)
    both = [
        sum(e.weight for e in wanted(recipe, previews=previews))
        for previews in (True, False)
    ]
    assert both[0] == pytest.approx(both[1], rel=0.6)


def test_progress_is_the_weighted_share_of_all_steps() -> None:
    parts = [part(1, 0.0, "done"), part(3, 0.5), part(4, 0.0, "waiting")]
    assert overall(parts) == pytest.approx((1 + 1.5) / 8)


def test_while_only_the_opening_is_known_nothing_is_said() -> None:
    assert overall([part(1, 0.9)]) == 0.0
    assert overall([]) == 0.0


def test_the_time_left_follows_from_what_the_share_took() -> None:
    assert time_left_s(0.25, 30.0) == pytest.approx(90.0)
    assert time_left_s(1.0, 30.0) == 0.0
    assert time_left_s(0.001, 30.0) is None


def steps(**done: bool) -> list[Step]:
    """One step of each kind, some of them done."""
    return [
        Step(kind=kind.value, state="done" if done.get(kind.value) else "waiting")
        for kind in StepKind
    ]


def due_kinds(**done: bool) -> set[str]:
    all_of_them = steps(**done)
    for number, step in enumerate(all_of_them):
        step.id = number  # type: ignore[assignment]  # any mark will do
    found = due(all_of_them)
    return {step.kind for step in all_of_them if step.id in found}


def test_steps_wait_for_what_they_need() -> None:
    assert due_kinds() == {"open"}
    assert due_kinds(open=True) == {"preview", "survey", "sound"}
    assert due_kinds(open=True, survey=True) == {"preview", "sound", "chunk"}
    everything = dict.fromkeys(("open", "preview", "survey", "sound", "chunk"), True)
    assert due_kinds(**everything) == {"assemble"}
    assert due_kinds(**everything, assemble=True) == set()
