"""The command lines of ffmpeg, built with ffmpeg-python. Pure: nothing is run here.

Three runs make the renditions. `measure` reads the sound's loudness; `encode` decodes
the source once and writes every rung and the sound; `package` copies those into HLS.
Packaging costs a hundredth of encoding and lets the sound be encoded once, shared by
all rungs, and a rung be stored both as fragmented MP4 and as MPEG-TS.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import ffmpeg

from youke_transcoder.limits import AUDIO_CODECS, FORMATS, VIDEO_CODECS
from youke_transcoder.recipes import REORDERED_FRAMES

if TYPE_CHECKING:
    from pathlib import Path

    from youke_transcoder.limits import Limits
    from youke_transcoder.recipes import Recipe, Rung

#: AAC-LC, stereo. Speech; phones with little data pay for every rung's sound.
AUDIO_BIT_RATE = "96k"
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

#: Progress lines go to stdout; nothing is ever asked on the terminal.
GLOBAL = ("-nostdin", "-hide_banner", "-nostats", "-progress", "pipe:1", "-y")
#: From light in scene to BT.709, after scaling so that fewer pixels are touched.
TONE_MAP = (
    ("zscale", {"transfer": "linear", "npl": 100}),
    ("format", {"pix_fmts": "gbrpf32le"}),
    ("zscale", {"primaries": "bt709"}),
    ("tonemap", {"tonemap": "hable", "desat": 0}),
    ("zscale", {"transfer": "bt709", "matrix": "bt709", "range": "tv"}),
)


def measure(path: Path, recipe: Recipe, limits: Limits) -> list[str]:
    """Read the loudness of the sound; it is printed to stderr."""
    sound = _sound(_source(path, limits), recipe)
    heard = sound.filter("ebur128", framelog="quiet")
    return _command(heard.output("-", format="null"), loglevel="info")


def encode(path: Path, recipe: Recipe, gain_db: float, limits: Limits) -> list[str]:
    """Decode once; write `<rung>.mp4` for each rung and `sound.mp4`."""
    # x264's own choice on small machines.
    threads = min(limits.encode_threads, max(1, (os.cpu_count() or 1) * 3 // 2))
    source = _source(path, limits)
    pictures = _cascade(_prepared(source, recipe), recipe)
    outputs = [
        picture.output(video_file(rung), threads=threads, **_x264(rung, recipe))
        for rung, picture in zip(recipe.rungs, pictures, strict=True)
    ]
    if recipe.source.has_audio:
        outputs.append(_levelled(source, recipe, gain_db).output(SOUND, **_aac()))
    return _command(
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
    sound = _trusted(SOUND) if recipe.source.has_audio else None
    outputs = []
    for rung in recipe.rungs:
        video = _trusted(video_file(rung))
        streams = [video["v"], *([sound["a"]] if sound else [])]
        if rung.profiles:
            outputs.append(_hls(streams, rung.name, "fmp4"))
        if rung.tv:
            outputs.append(_hls(streams, tv_name(rung), "mpegts"))
    if sound and recipe.audio_only:
        delay_s = float(REORDERED_FRAMES / recipe.frame_rate)
        late = {"output_ts_offset": f"{delay_s:.6f}"}
        outputs.append(_hls([sound["a"]], AUDIO_ONLY, "fmp4", **late))
    return _command(ffmpeg.merge_outputs(*outputs), loglevel="error")


def poster(recipe: Recipe) -> list[str]:
    """Pick a typical picture a tenth into the best rung, away from opening titles."""
    width, height = POSTER_BOX
    picture = (
        _trusted(video_file(recipe.rungs[0]), ss=f"{recipe.duration_s / 10:.3f}")
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
    return _command(picture.output(POSTER, **output), loglevel="error")


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


def _source(path: Path, limits: Limits) -> Any:
    """Open the stranger's file, with everything closed that a stranger could use."""
    return ffmpeg.input(
        f"file:{path.resolve()}",
        protocol_whitelist="file",
        format_whitelist=",".join(FORMATS),
        codec_whitelist=",".join(VIDEO_CODECS + AUDIO_CODECS),
        max_pixels=limits.max_pixels,
    )


def _trusted(name: str, **options: Any) -> Any:
    """Open a file that our own encoder wrote into the working directory."""
    return ffmpeg.input(f"file:{name}", protocol_whitelist="file", **options)


def _prepared(source: Any, recipe: Recipe) -> Any:
    """Progressive pictures at a constant rate, exactly as many as the recipe says."""
    picture = source[str(recipe.source.video_index)]
    if recipe.source.interlaced:
        picture = picture.filter("bwdif", mode="send_frame", deint="interlaced")
    missing_s = max(0.0, recipe.duration_s - recipe.source.video_end_s)
    return (
        picture.filter("fps", fps=str(recipe.frame_rate), start_time=0)
        # The last picture stays while sound goes on, and makes up for a lost one.
        .filter("tpad", stop_mode="clone", stop_duration=f"{missing_s + 1:.3f}")
        .filter("trim", end_frame=recipe.frames)
    )


def _cascade(picture: Any, recipe: Recipe) -> list[Any]:
    """Scale each rung from the one above it, which touches the fewest pixels."""
    rungs: list[Any] = []
    for rung in recipe.rungs:
        picture = _scaled(picture, rung, recipe, first=not rungs)
        if rung is recipe.rungs[-1]:
            rungs.append(picture)
        else:
            both = picture.filter_multi_output("split", 2)
            rungs.append(both.stream(0))
            picture = both.stream(1)
    return rungs


def _scaled(picture: Any, rung: Rung, recipe: Recipe, *, first: bool) -> Any:
    options: dict[str, Any] = {"flags": "bicubic"}
    if first and not recipe.source.hdr:
        options["out_range"] = "tv"
    if first and recipe.source.rgb:
        options["out_color_matrix"] = "bt709"
    picture = picture.filter("scale", rung.width, rung.height, **options)
    if first and recipe.source.hdr:
        for name, values in TONE_MAP:
            picture = picture.filter(name, **values)
    if first:
        picture = picture.filter("format", "yuv420p")
    # Rounding to even sides makes pixels a little oblong; nobody sees it.
    return picture.filter("setsar", 1)


def _x264(rung: Rung, recipe: Recipe) -> dict[str, Any]:
    return {
        "c:v": "libx264",
        "preset": rung.preset,
        "profile:v": "high",
        "crf": rung.crf,
        "maxrate": f"{rung.peak_kbit}k",
        "bufsize": f"{rung.buffer_kbit}k",
        # One grid: a key frame every so many frames and nowhere else.
        "g": recipe.gop,
        "keyint_min": recipe.gop,
        "sc_threshold": 0,
        "flags:v": "+cgop",
        "fps_mode": "passthrough",
        **({"tune": rung.tune} if rung.tune else {}),
        **_CLEAN,
    }


def _aac() -> dict[str, Any]:
    return {"c:a": "aac", "b:a": AUDIO_BIT_RATE, **_CLEAN}


#: Nothing of the source's metadata (names, places, scripts) reaches an output.
_CLEAN = {"map_metadata": -1, "map_chapters": -1, "f": "mp4"}


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


def _hls(streams: list[Any], name: str, container: str, **options: Any) -> Any:
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
        **options,
    )


def _command(output: Any, *, loglevel: str, extra: tuple[str, ...] = ()) -> list[str]:
    """Give the arguments after the program's name."""
    arguments: list[str] = output.get_args()
    return [*GLOBAL, "-loglevel", loglevel, *extra, *arguments]
