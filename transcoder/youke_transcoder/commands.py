"""The command lines of ffmpeg, built with ffmpeg-python. Pure: nothing is run here.

Three runs make the renditions. `measure` reads the sound's loudness; `encode` decodes
the source once and writes every rung and the sound; `package` copies those into HLS.
Packaging costs a hundredth of encoding and lets the sound be encoded once, shared by
all rungs, and a rung be stored both as fragmented MP4 and as MPEG-TS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ffmpeg

from youke_transcoder.encoders import FRAGMENTED, aac, options, ticks
from youke_transcoder.limits import AUDIO_CODECS, FORMATS, VIDEO_CODECS
from youke_transcoder.recipes import REORDERED_FRAMES, whole
from youke_transcoder.running import cores

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from youke_transcoder.limits import Limits
    from youke_transcoder.model import Chunk
    from youke_transcoder.recipes import Recipe, Rung

AUDIO_RATE = 48_000
#: EBU R 128, within the +-2 of China's GY/T 377 (-24 LKFS).
LOUDNESS_LUFS = -23.0
#: Quieter than this is silence: amplifying it would only raise noise.
SILENCE_LUFS = -60.0
MAX_GAIN_DB = 20.0
#: Amplitude that the limiter holds: -1.5 dBFS, as room for AAC's overshoot.
PEAK = 0.84
#: Seconds of a segment; three groups of pictures.
SEGMENT_S = 6
#: Share of decoding errors above which the source counts as broken.
MAX_ERROR_RATE = "0.2"
#: Pictures among which the poster's filter picks the most typical one.
POSTER_CANDIDATES = 50
POSTER_BOX = (1280, 720)

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
        arguments += ["-skip_frame", "nokey", "-err_detect", "explode"]
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


def measure(path: Path, recipe: Recipe, limits: Limits) -> list[str]:
    """Read the loudness of the sound; it is printed to stderr."""
    sound = _sound(source(path, limits), recipe)
    heard = sound.filter("ebur128", framelog="quiet")
    return command(heard.output("-", format="null"), loglevel="info")


def encode(path: Path, recipe: Recipe, gain_db: float, limits: Limits) -> list[str]:
    """Decode once; write `<rung>.mp4` for each rung and `sound.mp4`."""
    opened = source(path, limits)
    everything = whole(recipe.frames)[0]
    pictures = cascade(prepared(opened, recipe, everything), recipe.rungs, recipe)
    how = {"gop": recipe.gop, "threads": min(limits.encode_threads, cores() * 3 // 2)}
    outputs = [
        picture.output(video_file(rung), **options(rung, **how))
        for rung, picture in zip(recipe.rungs, pictures, strict=True)
    ]
    if recipe.source.has_audio:
        outputs.append(_levelled(opened, recipe, gain_db).output(SOUND, **aac()))
    return command(
        ffmpeg.merge_outputs(*outputs),
        loglevel="error",
        extra=("-max_error_rate", MAX_ERROR_RATE),
    )


def package(recipe: Recipe) -> list[str]:
    """Copy the encoded files into HLS: `<name>.m3u8` beside each media file.

    The muxer moves pictures and sound late by the encoder's reordering, so that no
    time is negative; the sound alone is moved by as much, and all renditions share
    one clock.
    """
    sound = trusted(SOUND) if recipe.source.has_audio else None
    outputs = []
    for rung in recipe.rungs:
        video = trusted(video_file(rung))
        streams = [video["v"], *([sound["a"]] if sound else [])]
        if rung.profiles:
            outputs.append(_hls(streams, rung.name, "fmp4"))
        if rung.tv:
            outputs.append(_hls(streams, tv_name(rung), "mpegts"))
    if sound and recipe.audio_only:
        delay_s = float(REORDERED_FRAMES / recipe.frame_rate)
        late = {"output_ts_offset": f"{delay_s:.6f}"}
        outputs.append(_hls([sound["a"]], AUDIO_ONLY, "fmp4", **late))
    return command(ffmpeg.merge_outputs(*outputs), loglevel="error")


def poster(recipe: Recipe) -> list[str]:
    """Pick a typical picture a tenth into the best rung, away from opening titles."""
    width, height = POSTER_BOX
    picture = (
        trusted(video_file(recipe.rungs[0]), ss=f"{recipe.duration_s / 10:.3f}")
        .video.filter("thumbnail", min(POSTER_CANDIDATES, max(2, recipe.frames // 4)))
        .filter(
            "scale",
            f"min({width},iw)",
            f"min({height},ih)",
            force_original_aspect_ratio="decrease",
            out_range="pc",
        )
        .filter("format", "yuvj420p")
    )
    output = {"frames:v": 1, "q:v": 3, "f": "image2", "update": 1}
    return command(picture.output(POSTER, **output), loglevel="error")


SOUND = "sound.mp4"
POSTER = "poster.jpg"
AUDIO_ONLY = "audio"
EXTENSIONS = {"fmp4": "mp4", "mpegts": "ts"}


def video_file(rung: Rung) -> str:
    """Name the encoder's file of a rung, before packaging."""
    return f"video-{rung.name}.mp4"


def tv_name(rung: Rung) -> str:
    """Name a rung's copy for TV."""
    return f"tv-{rung.name}"


def media_file(name: str, container: str) -> str:
    """Name the one file that holds a rendition."""
    return f"{name}.{EXTENSIONS[container]}"


def gain_db(loudness_lufs: float) -> float:
    """Decibels that bring a measured loudness to the target; silence stays silence."""
    if loudness_lufs <= SILENCE_LUFS:
        return 0.0
    return min(LOUDNESS_LUFS - loudness_lufs, MAX_GAIN_DB)


def source(path: Path, limits: Limits, **seek: Any) -> Any:
    """Open the stranger's file, with everything closed that a stranger could use."""
    return ffmpeg.input(
        f"file:{path.resolve()}",
        protocol_whitelist="file",
        format_whitelist=",".join(FORMATS),
        codec_whitelist=",".join(VIDEO_CODECS + AUDIO_CODECS),
        max_pixels=limits.max_pixels,
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
    picture = picture.filter("fps", fps=str(recipe.frame_rate), **start)
    missing_s = float(chunk.end_frame / recipe.frame_rate) - recipe.source.video_end_s
    if missing_s > 0 or chunk.end_frame == recipe.frames:
        # The last picture stays while sound goes on, and makes up for a lost one.
        stop_s = f"{max(0.0, missing_s) + 1:.3f}"
        picture = picture.filter("tpad", stop_mode="clone", stop_duration=stop_s)
    return picture.filter("trim", start_pts=chunk.first_frame, end_pts=chunk.end_frame)


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


def _sound(source: Any, recipe: Recipe) -> Any:
    """Stereo at 48 kHz that starts at zero, its gaps filled with silence."""
    return source[str(recipe.source.audio_index)].filter(
        "aresample",
        osr=AUDIO_RATE,
        ochl="stereo",
        osf="fltp",
        **{"async": 1},
        first_pts=0,
    )


def _levelled(source: Any, recipe: Recipe, gain: float) -> Any:
    """Bring the sound to the target loudness and exactly the picture's length."""
    end = f"{recipe.duration_s:.6f}"
    return (
        _sound(source, recipe)
        .filter("volume", f"{gain:.2f}dB")
        .filter("alimiter", limit=PEAK, level="disabled")
        .filter("apad", whole_dur=end)
        .filter("atrim", end=end)
    )


def _hls(streams: list[Any], name: str, container: str, **more: Any) -> Any:
    return ffmpeg.output(
        *streams,
        f"{name}.m3u8",
        **{
            "c": "copy",
            # The encoder's priming is a packet of nothing before zero. Without it
            # sound and picture begin together and last equally long.
            "bsf:a": r"noise=drop=lt(pts\,0)",
            "f": "hls",
            "hls_time": SEGMENT_S,
            "hls_playlist_type": "vod",
            "hls_segment_type": container,
            "hls_flags": "single_file",
            "hls_segment_filename": media_file(name, container),
        },
        **more,
    )


def command(output: Any, *, loglevel: str, extra: tuple[str, ...] = ()) -> list[str]:
    """Give the arguments after the program's name."""
    arguments: list[str] = output.get_args()
    return ["-loglevel", loglevel, *extra, *arguments]
