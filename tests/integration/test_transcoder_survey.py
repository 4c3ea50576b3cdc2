"""Samples of real files are encoded and scored before the ladder is chosen."""

from fractions import Fraction
from pathlib import Path

import pytest
from transcoder_media import X264, Drawing, draw, ffmpeg

from youke_transcoder import (
    Cancelled,
    Means,
    Recipe,
    TranscodeFailed,
    ladders,
    plan,
    probe,
    scoring,
)
from youke_transcoder.process import Budget
from youke_transcoder.survey import survey

BUDGET = Budget(
    memory=4 * 1024**3, cpu_s=120, file_size=10**8, open_files=128, stall_s=60
)


def lesson(directory: Path, drawing: Drawing) -> tuple[Path, Recipe]:
    path = draw(directory, drawing)
    return path, plan(probe(path))


def program(directory: Path, script: str) -> str:
    path = directory / "ffmpeg.sh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture(scope="module")
def encodes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a second of reference, a fine encode, a coarse one, and one of a quarter."""
    directory = tmp_path_factory.mktemp("encodes")
    picture = "testsrc2=s=320x240:r=25:d=0.6,noise=alls=10:allf=t,format=yuv420p"
    ffmpeg("-f", "lavfi", "-i", picture, "-f", "yuv4mpegpipe", directory / "ref.y4m")
    for name, more in {
        "fine.mp4": ("-crf", "12"),
        "coarse.mp4": ("-crf", "40"),
        "small.mp4": ("-crf", "12", "-vf", "scale=160:120"),
    }.items():
        ffmpeg("-i", directory / "ref.y4m", *X264, *more, directory / name)
    return directory


@pytest.mark.parametrize(("metric", "best"), [("vmaf", 100.0), ("ssim", 1.0)])
def test_scores_fall_with_quality_and_with_size(
    metric: str, best: float, encodes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "meter", lambda _: metric)
    reference = scoring.Reference(
        file="ref.y4m", width=320, height=240, rate=Fraction(25)
    )

    fine, coarse, small = scoring.score(
        ["fine.mp4", "coarse.mp4", "small.mp4"],
        reference,
        directory=encodes,
        budget=BUDGET,
        means=Means(),
    )

    scores = {
        name: scoring.pooled([each])
        for name, each in {"fine": fine, "coarse": coarse, "small": small}.items()
    }
    assert {each.metric for each in scores.values()} == {metric}
    assert best >= scores["fine"].mean > 0.9 * best
    assert scores["coarse"].mean < scores["fine"].mean - 0.1 * best
    assert scores["small"].mean < scores["fine"].mean - 0.1 * best
    assert all(each.low <= each.mean for each in scores.values())
    assert bool(fine.motion) is (metric == "vmaf")


def test_the_meter_is_what_this_ffmpeg_has(tmp_path: Path) -> None:
    without = program(tmp_path, "echo ' TS ssim VV->V Calculate the SSIM.'")

    assert scoring.meter(Means().ffmpeg) == "vmaf"
    assert scoring.meter(without) == "ssim"


def test_a_lesson_gets_scores_for_all_rungs_and_nothing_is_left(tmp_path: Path) -> None:
    drawing = Drawing(size="854x480", seconds=6, sound=None)
    path, recipe = lesson(tmp_path, drawing)
    shares: list[float] = []
    out = tmp_path / "out"
    out.mkdir()

    choice = survey(path, recipe, out, means=Means(on_progress=shares.append))

    assert set(choice.scores) == {"480p", "360p", "240p"}
    assert choice.scores["480p"].mean > choice.scores["240p"].mean
    assert choice.crf.keys() == {"480p"}
    assert choice.kind in {ladders.SLIDES, ladders.CAMERA}
    assert shares[-1] == 1.0
    assert list(out.iterdir()) == []


def test_a_picture_enlarged_before_the_upload_loses_the_rungs_that_show_no_more(
    tmp_path: Path,
) -> None:
    enlarged = ("-vf", "scale=320:180,scale=1280:720:flags=bilinear", "-pix_fmt")
    options = (*enlarged, "yuv420p", *X264)
    drawing = Drawing(size="1280x720", seconds=2, sound=None, options=options)
    path, recipe = lesson(tmp_path, drawing)

    choice = survey(path, recipe, tmp_path, means=Means())

    assert choice.dropped == ("480p",)
    kept = [each.name for each in plan(recipe.source, choice=choice).rungs]
    assert kept == ["720p", "360p", "240p"]


@pytest.mark.parametrize(
    ("picture", "options"),
    [
        # Nothing to see, nothing that moves.
        ("color=black:s=640x480:r=25:d=3", ()),
        # The smallest that is accepted, one second long.
        ("testsrc2=s=64x64:r=25:d=1.2", ()),
        # Portrait, few pictures a second, which are repeated.
        ("testsrc2=s=540x960:r=5:d=3", ()),
        # High dynamic range in ten bits.
        (
            "testsrc2=s=640x480:r=25:d=2,format=yuv420p10le",
            ("-color_trc", "smpte2084", "-color_primaries", "bt2020",
             "-colorspace", "bt2020nc"),
        ),
        # Interlaced.
        ("testsrc2=s=720x576:r=25:d=2,setfield=tff", ("-flags", "+ildct+ilme")),
    ],
    ids=["black", "tiny", "portrait", "hdr", "interlaced"],
)  # fmt: skip
def test_an_odd_source_is_surveyed_like_any_other(
    picture: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "lesson.mkv"
    ffmpeg("-f", "lavfi", "-i", picture, *X264, *options, path)
    recipe = plan(probe(path))

    choice = survey(path, recipe, tmp_path, means=Means())

    assert set(choice.scores) == {each.name for each in recipe.rungs}
    assert plan(recipe.source, choice=choice).rungs[0] is not None
    assert [each.name for each in tmp_path.iterdir()] == ["lesson.mkv"]


def test_without_a_meter_that_works_the_lesson_gets_the_usual_ladder(
    tmp_path: Path,
) -> None:
    path, recipe = lesson(tmp_path, Drawing(size="854x480", sound=None))
    broken = Means(ffmpeg=program(tmp_path, "exit 1"))

    choice = survey(path, recipe, tmp_path, means=broken)

    assert choice == ladders.static(recipe)
    assert choice.scores == {}


def test_a_full_disk_ends_the_survey(tmp_path: Path) -> None:
    path, recipe = lesson(tmp_path, Drawing(sound=None))
    full = program(tmp_path, "echo 'x: No space left on device' >&2; exit 228")

    with pytest.raises(TranscodeFailed) as caught:
        survey(path, recipe, tmp_path, means=Means(ffmpeg=full))

    assert caught.value.code == "disk_full"


def test_a_wish_to_stop_ends_the_survey(tmp_path: Path) -> None:
    path, recipe = lesson(tmp_path, Drawing(sound=None))

    with pytest.raises(Cancelled):
        survey(path, recipe, tmp_path, means=Means(should_stop=lambda: True))

    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_cut_source_is_sampled_where_its_chunks_begin(tmp_path: Path) -> None:
    drawing = Drawing(size="640x360", seconds=26, sound=None)
    path, recipe = lesson(tmp_path, drawing)
    assert len(recipe.chunks) > 1

    choice = survey(path, recipe, tmp_path, means=Means())

    assert set(choice.scores) == {"360p", "240p"}
