"""The command lines of ffmpeg, built with ffmpeg-python. Pure: nothing is run here.

A chunk of the source is decoded once, scaled from rung to rung and encoded to all of
them, as fragments that need only be joined; TV's files are copied from the joined ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ffmpeg

from youke_transcoder.encoders import FRAGMENTED, options, ticks
from youke_transcoder.limits import AUDIO_CODECS, FORMATS, VIDEO_CODECS
from youke_transcoder.recipes import AUDIO

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction
    from pathlib import Path

    from youke_transcoder.limits import Limits
    from youke_transcoder.model import Chunk, Probe
    from youke_transcoder.recipes import Recipe, Rung

#: Share of decoding errors above which the source counts as broken.
MAX_ERROR_RATE = "0.2"
#: Seconds by which TV's segments are asked shorter, so that rounding never moves a cut.
EPSILON_S = 1e-6
#: Share of a frame around the middle between two.
MIDDLE = 0.25
#: From light in scene to BT.709, after scaling so that fewer pixels are touched.
TONE_MAP = (
    ("zscale", {"transfer": "linear", "npl": 100}),
    ("format", {"pix_fmts": "gbrpf32le"}),
    ("zscale", {"primaries": "bt709"}),
    ("tonemap", {"tonemap": "hable", "desat": 0}),
    ("zscale", {"transfer": "bt709", "matrix": "bt709", "range": "tv"}),
)


def pictures_of(
    opened: Any, recipe: Recipe, chunk: Chunk, *, rungs: Sequence[Rung], threads: int
) -> list[Any]:
    """Decode the chunk's pictures once and write a file for each rung."""
    pictures = cascade(prepared(opened, recipe, chunk), rungs, recipe)
    return [
        picture.output(
            piece_file(rung.name, chunk.index),
            **options(rung, gop=recipe.gop, threads=threads),
            video_track_timescale=ticks(recipe.frame_rate.numerator),
            output_ts_offset=f"{recipe.delay_s:.6f}",
            **FRAGMENTED,
        )
        for rung, picture in zip(rungs, pictures, strict=True)
    ]


def chunk(outputs: Sequence[Any], recipe: Recipe) -> list[str]:
    """Make one run of a chunk's outputs.

    Where the source is cut, frames keep the source's times, so that all chunks number
    them alike. A source in one piece may have jumps in its times, which ffmpeg mends.
    """
    clock = ("-copyts", "-start_at_zero") if len(recipe.chunks) > 1 else ()
    extra = ("-max_error_rate", MAX_ERROR_RATE, *clock)
    return command(ffmpeg.merge_outputs(*outputs), loglevel="error", extra=extra)


def key_pictures(files: Sequence[str], to: str) -> list[str]:
    """Decode the key frames of files; write a line for each, "file's number, time, …".

    Every complaint of a decoder ends the run.
    """
    arguments = ["-loglevel", "error", "-xerror"]
    for file in files:
        arguments += ["-threads", "1", "-skip_frame", "nokey"]
        # Without deblocking: what cannot be read is noticed as well.
        arguments += ["-skip_loop_filter", "all", "-err_detect", "explode"]
        arguments += ["-protocol_whitelist", "file", "-i", f"file:{file}"]
    for number in range(len(files)):
        arguments += ["-map", f"{number}:v:0"]
    return [*arguments, "-fps_mode", "passthrough", "-f", "framecrc", to]


def seek(chunk: Chunk) -> dict[str, Any]:
    """Begin at the key frame before the chunk; take what is decoded, from there on."""
    if not chunk.seek_s:
        return {}
    return {"noaccurate_seek": None, "ss": f"{chunk.seek_s:.6f}"}


def piece_file(rendition: str, index: int) -> str:
    """Name the file of a piece."""
    return f"{rendition}-{index:05d}.mp4"


def package(recipe: Recipe, rungs: Sequence[Rung]) -> list[str]:
    """Copy joined rungs with the sound into MPEG-TS: `<name>.m3u8` beside each file."""
    segment_s = float(recipe.segment_frames / recipe.frame_rate)
    has_sound = recipe.source.has_audio
    sound = [trusted(media_file(AUDIO, "fmp4"))["a"]] if has_sound else []
    outputs = [
        ffmpeg.output(
            trusted(media_file(rung.name, "fmp4"))["v"],
            *sound,
            f"{tv_name(rung)}.m3u8",
            c="copy",
            f="hls",
            hls_time=f"{segment_s - EPSILON_S:.6f}",
            hls_playlist_type="vod",
            hls_segment_type="mpegts",
            hls_flags="single_file",
            hls_segment_filename=tv_file(rung),
        )
        for rung in rungs
    ]
    # Picture and sound have one clock already, which each input's start would move.
    return command(ffmpeg.merge_outputs(*outputs), loglevel="error", extra=("-copyts",))


def tv_file(rung: Rung) -> str:
    """Name the file of a rung's copy for TV."""
    return media_file(tv_name(rung), "mpegts")


EXTENSIONS = {"fmp4": "mp4", "mpegts": "ts"}


def tv_name(rung: Rung) -> str:
    """Name a rung's copy for TV."""
    return f"tv-{rung.name}"


def media_file(name: str, container: str) -> str:
    """Name the one file that holds a rendition."""
    return f"{name}.{EXTENSIONS[container]}"


def source(path: Path, limits: Limits, **seek: Any) -> Any:
    """Open the stranger's file, with everything closed that a stranger could use."""
    return ffmpeg.input(
        f"file:{path.resolve()}",
        protocol_whitelist="file",
        format_whitelist=",".join(FORMATS),
        codec_whitelist=",".join(VIDEO_CODECS + AUDIO_CODECS),
        max_pixels=limits.max_pixels,
        # Pictures that change their size in the middle go on through the same filters,
        # of which `scale` makes them alike; new filters would count from zero again.
        **{"reinit_filter:v": 0},
        **seek,
    )


def trusted(name: str, **more: Any) -> Any:
    """Open a file that our own encoder wrote into the working directory."""
    return ffmpeg.input(f"file:{name}", protocol_whitelist="file", **more)


def prepared(opened: Any, recipe: Recipe, chunk: Chunk) -> Any:
    """Give the chunk's progressive pictures at a constant rate, numbered by the clock.

    Only the first chunk repeats its first picture from zero on, and only past the end
    of the source the last one stays. Elsewhere nothing is made up: a seek that landed
    late gives too few frames, which is noticed.
    """
    picture = opened[str(recipe.source.video_index)]
    if recipe.source.interlaced:
        picture = picture.filter("bwdif", mode="send_frame", deint="interlaced")
    start = {} if chunk.first_frame else {"start_time": 0}
    rounded = rounding(recipe.source, recipe.frame_rate)
    picture = picture.filter("fps", fps=str(recipe.frame_rate), round=rounded, **start)
    missing_s = float(chunk.end_frame / recipe.frame_rate) - recipe.source.video_end_s
    if missing_s > 0 or chunk.end_frame == recipe.frames:
        # The last picture stays while sound goes on, and makes up for a lost one.
        stop_s = f"{max(0.0, missing_s) + 1:.3f}"
        picture = picture.filter("tpad", stop_mode="clone", stop_duration=stop_s)
    return picture.filter("trim", start_pts=chunk.first_frame, end_pts=chunk.end_frame)


def rounding(source: Probe, rate: Fraction) -> str:
    """Choose to which place on the grid a picture between two of them goes.

    Sound often begins some milliseconds before the picture, so that all pictures lie
    near the middle. Matroska counts in milliseconds: rounding to the nearest would
    then double and drop every third picture.
    """
    if source.variable_fps or not source.key_times_s:
        return "near"
    place = source.key_times_s[0] * rate % 1
    if abs(place - 0.5) > MIDDLE:
        return "near"
    return "up" if place > 0.5 else "down"  # noqa: PLR2004  # the middle


def cascade(picture: Any, rungs: Sequence[Rung], recipe: Recipe) -> list[Any]:
    """Scale each rung from the one above it, which touches the fewest pixels."""
    pictures: list[Any] = []
    for rung in rungs:
        picture = _scaled(picture, rung, recipe, first=not pictures)
        if rung is rungs[-1]:
            pictures.append(picture)
        else:
            both = picture.filter_multi_output("split", 2)
            pictures.append(both.stream(0))
            picture = both.stream(1)
    return pictures


def _scaled(picture: Any, rung: Rung, recipe: Recipe, *, first: bool) -> Any:
    how: dict[str, Any] = {"flags": "bicubic"}
    if first and not recipe.source.hdr:
        how["out_range"] = "tv"
    if first and recipe.source.rgb:
        how["out_color_matrix"] = "bt709"
    picture = picture.filter("scale", rung.width, rung.height, **how)
    if first and recipe.source.hdr:
        for name, values in TONE_MAP:
            picture = picture.filter(name, **values)
    if first:
        picture = picture.filter("format", "yuv420p")
    # Rounding to even sides makes pixels a little oblong; nobody sees it.
    return picture.filter("setsar", 1)


def command(output: Any, *, loglevel: str, extra: tuple[str, ...] = ()) -> list[str]:
    """Give the arguments after the program's name."""
    arguments: list[str] = output.get_args()
    return ["-loglevel", loglevel, *extra, *arguments]
