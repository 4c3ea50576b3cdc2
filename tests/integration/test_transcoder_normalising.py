"""A source without an index gets one, and shows the same at the same times."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import pytest
from transcoder_media import AAC, X264, Drawing, draw, ffmpeg, play

from youke_transcoder import Probe, plan, probe, transcode
from youke_transcoder.normalising import inspected, is_faithful, normalised
from youke_transcoder.running import Means

YUV = ("-pix_fmt", "yuv420p")
H264 = (*YUV, "-c:v", "libx264", "-preset", "fast", "-g", "30")


def inspect(path: Path, directory: Path) -> tuple[Path, Probe]:
    directory.mkdir(exist_ok=True)
    return inspected(path, directory, means=Means())


def frames(path: Path) -> list[tuple[float, str]]:
    """Time and hash of every picture as the encoder sees them."""
    clock = ("-copyts", "-start_at_zero")
    ffmpeg(
        *(*clock, "-i", path, "-map", "0:v", "-fps_mode", "passthrough"),
        *("-f", "framemd5", path.with_suffix(".frames")),
    )
    lines = path.with_suffix(".frames").read_text().splitlines()
    base = next(line for line in lines if line.startswith("#tb 0:")).split()[-1]
    over, under = map(int, base.split("/"))
    rows = [line.split(",") for line in lines if not line.startswith("#")]
    return [(int(row[2]) * over / under, row[-1]) for row in rows]


def heard_from(path: Path) -> float:
    """Seconds at which the sound is first heard, on the encoder's clock."""
    words = ffmpeg(
        *("-copyts", "-start_at_zero", "-i", path, "-map", "0:a"),
        *("-af", "aresample=async=1:first_pts=0,silencedetect=n=-40dB:d=0.5"),
        *("-f", "null", "-"),
    )
    return float(words.split("silence_end:")[1].split()[0])


AWKWARD = [
    ("tv.ts", (*H264, *AAC)),
    ("disc.mpg", ("-c:v", "mpeg2video", "-bf", "2", "-g", "30", "-c:a", "mp2")),
    ("old.avi", ("-c:v", "mpeg4", "-bf", "2", "-g", "30", "-c:a", "libmp3lame")),
    ("odd.avi", (*H264, "-c:a", "pcm_s16le")),
    ("flash.flv", (*H264, "-c:a", "libmp3lame", "-ar", "44100")),
    ("windows.wmv", ("-c:v", "wmv2", "-g", "30", "-c:a", "wmav2")),
]


@pytest.mark.parametrize(("name", "options"), AWKWARD, ids=[n for n, _ in AWKWARD])
def test_the_copy_shows_the_same_at_the_same_times(
    name: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / name
    beep = "aevalsrc='if(gte(t,2),0.5*sin(2*PI*700*t),0)':s=48000:d=4"
    ffmpeg(
        *("-f", "lavfi", "-i", "testsrc2=s=320x240:r=30:d=4", "-f", "lavfi"),
        *("-i", beep, "-map", "0", "-map", "1", *options, path),
    )

    copy, source = inspect(path, tmp_path / "work")

    assert (source.seekable, source.remuxed) == (True, (0, 1))
    assert source.container == probe(path).container
    before, after = frames(path), frames(copy)
    assert [each for _, each in after] == [each for _, each in before]
    # Half a frame, and AVI's first reordered picture, which nobody knows the time of.
    assert [t for t, _ in after] == pytest.approx([t for t, _ in before], abs=0.04)
    assert heard_from(copy) == pytest.approx(heard_from(path), abs=0.02)
    assert len(plan(source).chunks) == 1


def test_an_indexed_source_is_used_as_it_is(tmp_path: Path) -> None:
    path = draw(tmp_path, Drawing())

    file, source = inspect(path, tmp_path / "work")

    assert (file, source) == (path, probe(path))
    assert normalised(path, source, tmp_path / "work", means=Means()) == path
    assert list((tmp_path / "work").iterdir()) == []


def test_a_long_recording_can_be_cut_after_it_was_copied(tmp_path: Path) -> None:
    short = draw(tmp_path, Drawing(name="a.ts", options=(*H264, *AAC)))
    path = tmp_path / "long.ts"
    ffmpeg("-stream_loop", "40", "-i", short, "-c", "copy", path)
    assert len(plan(probe(path)).chunks) == 1

    _, source = inspect(path, tmp_path / "work")

    assert len(plan(source).chunks) > 2


def test_every_worker_makes_the_same_copy(tmp_path: Path) -> None:
    path = draw(tmp_path, Drawing(name="a.ts", options=(*H264, *AAC)))
    copy, source = inspect(path, tmp_path / "work")
    other = tmp_path / "other"
    other.mkdir()

    again = normalised(path, source, other, means=Means())

    assert again.read_bytes() == copy.read_bytes()
    assert Probe.from_dict(source.to_dict()) == source


def test_two_recordings_in_one_file_are_one_lesson(tmp_path: Path) -> None:
    """The clock of the second begins at zero again."""
    part = draw(tmp_path, Drawing(name="a.ts", seconds=4, sound=4))
    path = tmp_path / "both.ts"
    path.write_bytes(part.read_bytes() * 2)

    _, source = inspect(path, tmp_path / "work")

    assert source.duration_s == pytest.approx(8, abs=0.1)


def test_the_copy_of_a_live_recording_keeps_the_chosen_sound(tmp_path: Path) -> None:
    short = draw(tmp_path, Drawing(name="short.mp4", options=(*H264, *AAC)))
    path = tmp_path / "two.mkv"
    ffmpeg(
        *(
            "-stream_loop",
            "15",
            "-i",
            short,
            "-map",
            "0:v",
            "-map",
            "0:a",
            "-map",
            "0:a",
            "-c",
            "copy",
        ),
        *("-disposition:a:0", "0", "-disposition:a:1", "default", "-live", "1", path),
    )
    assert probe(path).audio_index == 2

    _, source = inspect(path, tmp_path / "work")

    assert source.remuxed == (0, 2)
    assert (source.video_index, source.audio_index) == (0, 1)


def test_a_copy_that_lost_something_is_not_used(tmp_path: Path) -> None:
    source = probe(draw(tmp_path, Drawing(name="a.avi", options=("-c:v", "mpeg4"))))
    copy = replace(source, seekable=True)

    assert is_faithful(source, copy)
    assert not is_faithful(source, source)
    assert not is_faithful(source, replace(copy, duration_s=copy.duration_s - 0.5))
    assert not is_faithful(source, replace(copy, audio_index=None))
    # The decoder makes the best of a clock that jumps, and a copy makes it worse.
    assert not is_faithful(replace(source, tangled=True), copy)


def test_a_phone_in_x264_needs_no_copy(tmp_path: Path) -> None:
    path = draw(tmp_path, Drawing(name="a.mov", options=(*YUV, *X264, *AAC)))

    assert inspect(path, tmp_path / "work")[0] == path


def test_the_engine_alone_works_on_the_copy(tmp_path: Path) -> None:
    drawing = Drawing(name="a.ts", seconds=26, sound=26, options=(*H264, *AAC))
    path = draw(tmp_path, drawing)
    _, source = inspect(path, tmp_path / "work")
    recipe = plan(source, profiles=("mobile",))
    assert len(recipe.chunks) > 1

    manifest = transcode(path, tmp_path / "out", recipe)

    rung = manifest.renditions[0]
    assert rung.duration_s == pytest.approx(26, abs=0.1)
    assert play(tmp_path / "out" / rung.path) == recipe.frames
    assert not list((tmp_path / "out").glob(".*"))


FLASHES_S = (3.0, 15.0, 23.0)


def test_sound_and_picture_stay_together_over_all_chunks(tmp_path: Path) -> None:
    """MPEG-2 leaves decoding times out where a cut in the picture makes a key frame."""
    on = "+".join(f"between(t,{each},{each + 0.4})" for each in FLASHES_S)
    white = f"drawbox=c=white:t=fill:enable='{on}'"
    path = tmp_path / "disc.mpg"
    ffmpeg(
        *("-f", "lavfi", "-i", f"color=black:s=160x120:r=25:d=26,{white}"),
        *("-f", "lavfi", "-i", f"aevalsrc='if({on},0.5*sin(6283*t),0)':s=48000:d=26"),
        *("-c:v", "mpeg2video", "-bf", "2", "-c:a", "mp2", path),
    )
    _, source = inspect(path, tmp_path / "work")
    recipe = plan(source, profiles=("mobile",))
    assert len(recipe.chunks) > 1

    manifest = transcode(path, tmp_path / "out", recipe)

    files = {each.name: tmp_path / "out" / each.path for each in manifest.renditions}
    seen, heard = bright_from(files["120p"]), loud_from(files["audio"])
    assert len(seen) == len(FLASHES_S)
    assert heard == pytest.approx(seen, abs=0.04)


def bright_from(path: Path) -> list[float]:
    """Seconds at which the picture becomes white."""
    with av.open(str(path)) as container:
        bright = [
            (float(frame.time or 0), frame.to_ndarray(format="gray").mean() > 120)
            for frame in container.decode(video=0)
        ]
    return [two[0] for one, two in pairwise(bright) if two[1] and not one[1]]


def loud_from(path: Path) -> list[float]:
    """Seconds at which the sound begins after silence, to a hundredth."""
    step = 480
    with av.open(str(path)) as container:
        start = float(container.start_time or 0) / av.time_base
        wave = [
            value
            for frame in container.decode(audio=0)
            for value in abs(frame.to_ndarray()[0]).tolist()
        ]
    loud = [max(wave[at : at + step]) > 0.05 for at in range(0, len(wave), step)]
    return [
        start + (number + 1) * step / 48_000
        for number, (one, two) in enumerate(pairwise(loud))
        if two and not one
    ]
