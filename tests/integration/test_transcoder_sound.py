"""The sound is encoded once: at the right loudness, on one clock, in pieces."""

import math
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import pytest
from transcoder_media import X264, Drawing, draw, ffmpeg

from youke_transcoder import Cancelled, Recipe, TranscodeFailed, plan, probe, sound
from youke_transcoder.model import Chunk, Piece
from youke_transcoder.running import Means

PICTURE = ("-f", "lavfi", "-i", "color=gray:s=128x96:r=25:d={}")
VIDEO = ("-pix_fmt", "yuv420p", *X264)
PCM = ("-c:a", "pcm_s16le")


def record(directory: Path, wave: str, seconds: float = 8, rate: int = 48_000) -> Path:
    """A grey picture with a sound that follows an expression."""
    path = directory / "lesson.mkv"
    ffmpeg(
        *(each.format(seconds) for each in PICTURE),
        *("-f", "lavfi", "-i", f"aevalsrc='{wave}':s={rate}:d={seconds}"),
        *("-map", "0", "-map", "1", *VIDEO, *PCM, path),
    )
    return path


def encode(path: Path, out: Path) -> tuple[Recipe, tuple[Piece, ...], Path]:
    """Encode the sound and join the pieces, byte for byte."""
    recipe = plan(probe(path), profiles=("mobile",))
    out.mkdir(exist_ok=True)
    pieces = sound.encode_sound(path, recipe, out, means=Means())
    joined = out.with_suffix(".mp4")
    first, *rest = [(out / each.path).read_bytes() for each in pieces]
    header = pieces[0].init.length
    joined.write_bytes(first + b"".join(each[header:] for each in rest))
    return recipe, pieces, joined


def loudness(path: Path) -> float:
    words = ffmpeg("-i", path, "-af", "ebur128=framelog=quiet", "-f", "null", "-")
    return float(re.findall(r"I:\s+(-?[0-9.]+|-inf) LUFS", words)[-1])


def loud_from(path: Path) -> float:
    """Seconds at which the sound is first heard."""
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            heard = abs(frame.to_ndarray()[0]) > 0.02
            if heard.any():
                return float(frame.time or 0) + float(heard.argmax()) / sound.RATE
    raise AssertionError("nothing is heard")


QUIET_TONE = "0.02*sin(2*PI*440*t)"
# Short clicks on a soft tone: no gain reaches the target without the limiter.
CLICKS = "0.01*sin(2*PI*440*t)+if(lt(mod(t,0.5),0.004),0.9*sin(2*PI*1000*t),0)"
# Loud and soft by turns, as of two speakers at different distances.
TWO_SPEAKERS = "if(lt(mod(t,4),2),0.5,0.03)*sin(2*PI*300*t)*(0.6+0.4*sin(9*t))"


@pytest.mark.parametrize(
    "wave", ["0.9*sin(2*PI*440*t)", QUIET_TONE, CLICKS, TWO_SPEAKERS]
)
def test_the_sound_is_as_loud_as_ebu_r128_asks(wave: str, tmp_path: Path) -> None:
    _, _, joined = encode(record(tmp_path, wave), tmp_path / "out")

    assert loudness(joined) == pytest.approx(-23, abs=1)
    with av.open(str(joined)) as container:
        peak = max(abs(frame.to_ndarray()).max() for frame in container.decode(audio=0))
    assert peak < 1


def test_silence_stays_silence(tmp_path: Path) -> None:
    _, _, joined = encode(record(tmp_path, "0"), tmp_path / "out")

    assert loudness(joined) <= -70


def test_pieces_go_on_without_a_gap_and_last_as_long_as_the_picture(
    tmp_path: Path,
) -> None:
    path = record(tmp_path, QUIET_TONE, seconds=83)
    recipe, pieces, joined = encode(path, tmp_path / "out")

    assert [each.path for each in pieces] == [
        f"audio-{number:05d}.mp4" for number in range(3)
    ]
    assert pieces[0].start_s == pytest.approx(recipe.delay_s, abs=1e-4)
    for earlier, later in pairwise(pieces):
        end = earlier.start_s + earlier.duration_s
        assert later.start_s == pytest.approx(end, abs=1e-6)
    segments = [each for piece in pieces for each in piece.segments]
    assert {round(each.duration_s, 3) for each in segments[:-1]} == {6.016}
    assert sum(each.duration_s for each in segments) == pytest.approx(
        recipe.duration_s, abs=0.03
    )
    with av.open(str(joined)) as container:
        (stream,) = container.streams.audio
        assert (stream.layout.name, stream.rate) == ("stereo", 48_000)
        frames = sum(frame.samples for frame in container.decode(audio=0))
    assert frames == pytest.approx(83 * 48_000, abs=1024)


def test_pieces_are_handed_over_when_they_are_written(tmp_path: Path) -> None:
    path = record(tmp_path, QUIET_TONE, seconds=83)
    recipe = plan(probe(path), profiles=("mobile",))
    handed: list[Piece] = []

    def take(piece: Piece) -> None:
        assert (tmp_path / piece.path).stat().st_size == piece.size
        handed.append(piece)

    pieces = sound.encode_sound(path, recipe, tmp_path, means=Means(), on_piece=take)

    assert tuple(handed) == pieces


def test_a_stopped_encoder_leaves_nothing_behind(tmp_path: Path) -> None:
    path = record(tmp_path, QUIET_TONE, seconds=83)
    recipe = plan(probe(path), profiles=("mobile",))
    out = tmp_path / "out"
    out.mkdir()

    def refuse(piece: Piece) -> None:
        raise Cancelled(piece.path)

    with pytest.raises(Cancelled):
        sound.encode_sound(path, recipe, out, means=Means(), on_piece=refuse)
    assert list(out.iterdir()) == []


def test_sound_that_cannot_be_decoded_is_a_bad_source(tmp_path: Path) -> None:
    path = draw(tmp_path, Drawing(seconds=3, sound=3))
    recipe = plan(probe(path), profiles=("mobile",))
    out = tmp_path / "out"
    out.mkdir()
    spoilt = tmp_path / "spoilt.mp4"
    spoilt.write_bytes(path.read_bytes())
    with av.open(str(path)) as container, spoilt.open("r+b") as file:
        for packet in container.demux(audio=0):
            if packet.pos is not None:
                file.seek(packet.pos)
                file.write(b"\xff" * packet.size)

    with pytest.raises(TranscodeFailed) as caught:
        sound.encode_sound(spoilt, recipe, out, means=Means())
    assert caught.value.code in {"bad_source", "bad_output"}
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    ("late", "options"),
    [
        (0.0, ("-c:a", "pcm_s16le", "-ar", "8000", "-ac", "1")),
        (0.0, ("-c:a", "flac", "-ar", "192000", "-ac", "8")),
        (1.5, ("-c:a", "aac")),
        (0.0, ("-c:a", "libopus")),
    ],
    ids=["telephone", "cinema", "late", "opus"],
)
def test_a_beep_is_heard_when_it_was(
    late: float, options: tuple[str, ...], tmp_path: Path
) -> None:
    """The picture's clock runs late by the encoder's reordering, and so does this."""
    beep = record(tmp_path, "if(gte(t,1),0.5*sin(2*PI*700*t),0)", seconds=5)
    path = tmp_path / "awkward.mkv"
    ffmpeg(
        *("-i", beep, "-itsoffset", str(late), "-i", beep),
        *("-map", "0:v", "-map", "1:a", "-c:v", "copy", *options, path),
    )

    recipe, _, joined = encode(path, tmp_path / "out")

    heard = loud_from(joined) - recipe.delay_s
    assert heard == pytest.approx(1 + late, abs=0.02)


def test_a_hole_in_the_sound_is_filled_with_silence(tmp_path: Path) -> None:
    whole = record(tmp_path, "if(gte(t,4),0.5*sin(2*PI*700*t),0)", seconds=6)
    path = tmp_path / "hole.mkv"
    missing = r"noise=drop=between(pts*tb\,1\,3)"
    ffmpeg("-i", whole, "-c", "copy", "-bsf:a", missing, path)

    recipe, _, joined = encode(path, tmp_path / "out")

    assert loud_from(joined) - recipe.delay_s == pytest.approx(4, abs=0.02)


@pytest.mark.parametrize(("picture_s", "sound_s"), [(3, 7), (7, 3)])
def test_the_sound_lasts_as_long_as_the_lesson(
    picture_s: float, sound_s: float, tmp_path: Path
) -> None:
    path = draw(tmp_path, Drawing(seconds=picture_s, sound=sound_s))

    recipe, pieces, _ = encode(path, tmp_path / "out")

    assert recipe.duration_s == pytest.approx(7, abs=0.05)
    assert sum(each.duration_s for each in pieces) == pytest.approx(
        recipe.duration_s, abs=0.03
    )


def test_the_opening_ends_where_the_final_sound_can_go_on(tmp_path: Path) -> None:
    source = probe(draw(tmp_path, Drawing()))
    recipe = replace(plan(source), frames=1800)
    two = replace(recipe, chunks=(Chunk(0, 0, 360, 0), Chunk(1, 360, 1440, 12)))

    assert sound.opening_end_s(two) == pytest.approx(2 * 6.016)
    assert sound.opening_end_s(replace(two, frames=345)) == pytest.approx(11.5)


def test_words_of_the_meter_are_read() -> None:
    words = "    I:   -17.3 LUFS\n    LRA low:   -25.5 LUFS\n    Peak:     -13.8 dBFS\n"

    assert sound.read_loudness(words) == sound.Loudness(-17.3, -13.8)
    silence = sound.read_loudness("    I:   nan LUFS\n    Peak:   -inf dBFS")
    assert silence == sound.Loudness(-math.inf, -math.inf)
    assert sound.gain_db(-math.inf) == 0
    assert sound.gain_db(-50) == 20
