"""Honest films with awkward sound, streams, containers and times."""

from collections.abc import Callable
from pathlib import Path

import media_bytes
from media_bytes import edits
from media_rows import COPY, FILM, YUV, Row, changed, copied, film, ready
from transcoder_media import AAC, X264, ffmpeg

FIELDS = ("-vf", "interlace", "-flags", "+ilme+ildct", *AAC)
FRAGMENTS = "frag_keyframe+empty_moov"
VP8 = ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus")
#: What must not be found in any output.
SECRET = "<script>alert('secret')</script>"


def joined(*parts: Callable[[Path], Path]) -> Callable[[Path], Path]:
    """Draw transport streams and append the one to the other."""

    def made(directory: Path) -> Path:
        path = directory / "joined.ts"
        path.write_bytes(b"".join(part(directory).read_bytes() for part in parts))
        return path

    return made


def part(
    number: int, *options: str, size: str = "160x90", pixels: str = "yuv420p"
) -> Callable[[Path], Path]:
    """Draw one of several films that follow each other in one transport stream."""
    start = ("-output_ts_offset", str(1.2 * number))
    coded = ("-pix_fmt", pixels, *X264, *(options or AAC))
    return film(*coded, *start, name=f"{number}.ts", size=size)


def with_extras(directory: Path) -> Path:
    """Matroska with subtitles, a font, a text file and a cover."""
    film(name="a.mkv")(directory)
    (directory / "a.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nHello\n")
    (directory / "font.ttf").write_bytes(media_bytes.noise(5000))
    path = directory / "extras.mkv"
    attached = ("-attach", directory / "font.ttf", "-metadata:s:t", "mimetype=font/ttf")
    ffmpeg(
        *("-i", directory / "a.mkv", "-i", directory / "a.srt"),
        *("-map", "0", "-map", "1", *attached, "-c", "copy", "-c:s", "ass", path),
    )
    return path


def with_chapters(directory: Path) -> Path:
    """MP4 with a text track of chapters and a cover."""
    film()(directory)
    notes = directory / "chapters.txt"
    chapter = "[CHAPTER]\nTIMEBASE=1/1000\nSTART={}\nEND={}\ntitle={}\n"
    chapters = chapter.format(0, 600, SECRET) + chapter.format(600, 1200, "b")
    notes.write_text(f";FFMETADATA1\n{chapters}")
    cover, path = directory / "cover.png", directory / "chapters.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64", "-frames:v", "1", cover)
    inputs = ("-i", directory / "lesson.mp4", "-i", notes, "-i", cover)
    maps = ("-map", "0", "-map", "2", "-map_metadata", "1", "-c", "copy")
    ffmpeg(*inputs, *maps, "-disposition:v:1", "attached_pic", path)
    return path


def two_pictures(directory: Path) -> Path:
    """A small and a large picture, of which the second is marked as default."""
    film()(directory)
    film(name="large.mp4", size="320x180")(directory)
    path = directory / "two.mkv"
    inputs = ("-i", directory / "lesson.mp4", "-i", directory / "large.mp4")
    default = ("-disposition:v:0", "0", "-disposition:v:1", "default")
    ffmpeg(*inputs, "-map", "0", "-map", "1:v", "-c", "copy", *default, path)
    return path


def late_sound(seconds: int) -> Callable[[Path], Path]:
    """Sound that begins so many seconds after the picture."""

    def made(directory: Path) -> Path:
        source, path = film()(directory), directory / "late.mkv"
        copy = ("-map", "0:v", "-map", "1:a", "-c", "copy")
        ffmpeg("-i", source, "-itsoffset", str(seconds), "-i", source, *copy, path)
        return path

    return made


def two_languages(directory: Path) -> Path:
    """The same sound twice, the second marked as default."""
    default = ("-disposition:a:0", "0", "-disposition:a:1", "default")
    languages = ("-metadata:s:a:0", "language=zho", "-metadata:s:a:1", "language=eng")
    maps = ("-map", "0:v", "-map", "0:a", "-map", "0:a", "-c", "copy")
    return copied(film(), *maps, *default, *languages, name="two.mkv")(directory)


def timed(offset_s: float, name: str = "late.mp4") -> Callable[[Path], Path]:
    """Draw a film whose clock does not begin at zero."""
    return film(*FILM, "-output_ts_offset", str(offset_s), name=name)


def with_edits(*entries: tuple[int, int, int]) -> Callable[[Path], Path]:
    """Draw a film of 2400 ms, time base 1/12800, and give it this edit list."""
    return changed(film(seconds=2.4, sound=None), edits(*entries))


NORMAL = 65536

SOUND = (
    ready("M26 no sound", film(*YUV, *X264, sound=None), has_audio=False),
    ready("M35 two languages", two_languages, audio_index=2),
    ready(
        "M37 8 kHz mono",
        film(*YUV, *X264, "-c:a", "pcm_s16le", "-ar", "8000", "-ac", "1", name="a.mkv"),
        audio_codec="pcm_s16le",
    ),
    ready(
        "M37 eight channels at 192 kHz",
        film(*YUV, *X264, "-c:a", "flac", "-ac", "8", "-ar", "192000", name="a.mkv"),
        audio_codec="flac",
    ),
    ready(
        "5.1",
        film(*YUV, *X264, "-c:a", "ac3", "-ac", "6", name="a.ts"),
        audio_codec="ac3",
    ),
    ready(
        "telephone sound",
        film("-c:v", "mjpeg", "-c:a", "pcm_mulaw", "-ar", "8000", name="a.avi"),
        audio_codec="pcm_mulaw",
    ),
    ready("sound that begins late", late_sound(1), duration_s=2.2),
    Row(name="sound that begins a day later", make=late_sound(86_400), end="too_long"),
    ready("sound that goes on", film(*FILM, seconds=1.2, sound=3)),
    ready("sound that ends early", film(*FILM, seconds=3, sound=1)),
)

STREAMS = (
    ready("two pictures", two_pictures, width=320, height=180),
    ready("Matroska with subtitles, font and text", with_extras),
    ready("chapters and cover", with_chapters, width=160),
    ready("time code track", film(*FILM, "-timecode", "10:00:00:00", name="a.mov")),
    ready(
        "M38 script as title, place",
        film(
            *FILM,
            "-metadata",
            f"title={SECRET}",
            "-metadata",
            "location=+39.9-116.4/",
            "-movflags",
            "use_metadata_tags",
        ),
    ),
    ready(
        "M38 huge comment",
        film(*FILM, "-metadata", f"comment={SECRET * 3000}", name="a.mkv"),
    ),
    ready("no extension", copied(film(), *COPY, "-f", "mp4", name="lesson")),
    ready("unknown extension", copied(film(), *COPY, "-f", "matroska", name="a.xyz")),
    ready("wrong extension", copied(film(), *COPY, "-f", "mpegts", name="a.mp4")),
    ready(
        "film and archive in one",
        changed(
            film(), lambda old: old + media_bytes.box(b"free", media_bytes.archive())
        ),
    ),
)

CONTAINERS = (
    ready("M34 fragments", film(*FILM, "-movflags", FRAGMENTS)),
    ready(
        "a fragment for each frame",
        film(*FILM, "-movflags", f"{FRAGMENTS}+frag_every_frame"),
    ),
    ready(
        "fragments with an index at the end",
        film(*FILM, "-movflags", "frag_keyframe+empty_moov+dash+global_sidx"),
    ),
    ready("M34 live WebM", film(*VP8, "-live", "1", name="a.webm")),
    ready("transport stream", film(name="a.ts")),
    ready(
        "camcorder's transport stream",
        film(*FILM, "-mpegts_m2ts_mode", "1", name="a.m2ts"),
    ),
    ready(
        "transport stream cut anywhere",
        changed(
            film(*FILM, "-g", "10", name="a.ts", seconds=3, sound=3),
            lambda old: old[len(old) // 3 + 57 :],
        ),
    ),
    ready("QuickTime of a phone", film(*FILM, "-brand", "qt  ", name="a.mov")),
    ready("3GP", film(*FILM, name="a.3gp")),
)

TIMES = (
    ready("late by a day", timed(86_400)),
    ready("transport stream across the end of its clock", timed(95_443, "a.ts")),
    ready("negative times", timed(-0.5, "a.mkv")),
    ready("cut start by edit list", with_edits((1600, 10240, NORMAL)), duration_s=1.6),
    ready(
        "empty edit before the film",
        with_edits((500, -1, NORMAL), (2400, 0, NORMAL)),
        duration_s=2.4,
    ),
    ready(
        "the film twice by edit list",
        with_edits(*[(2400, 0, NORMAL)] * 2),
        duration_s=4.8,
    ),
    ready("edit list at speed zero", with_edits((2400, 0, 0)), duration_s=2.4),
    ready("negative edit", with_edits((2400, -5, NORMAL)), duration_s=2.4),
    ready("a thousand tiny edits", with_edits(*[(2, 0, NORMAL)] * 1000)),
    Row(
        name="edit list beyond the film",
        make=with_edits((2400, 2**30, NORMAL)),
        end="unreadable",
    ),
    Row(
        name="ten hours by edit list",
        make=with_edits(*[(2400, 0, NORMAL)] * 15_000),
        end="too_long",
    ),
)

CHANGES = (
    Row(
        name="size changes in the middle of interlaced pictures",
        make=joined(part(0, *FIELDS, size="320x192"), part(1, *FIELDS, size="160x96")),
        end="encoder_failed",
    ),
    ready(
        "size changes in the middle",
        joined(part(0), part(1, size="320x180")),
        duration_s=2.4,
    ),
    ready(
        "pixel format changes in the middle",
        joined(part(0), part(1, pixels="yuv422p")),
        duration_s=2.4,
    ),
    # The indexed copy has room for one description of the sound.
    Row(
        name="sound's rate changes in the middle",
        make=joined(part(0), part(1, *AAC, "-ar", "22050", "-ac", "1")),
        end="bad_source",
    ),
    ready(
        "sound's codec changes in the middle", joined(part(0), part(1, "-c:a", "mp2"))
    ),
    ready("clock starts anew in the middle", joined(part(0), part(0)), duration_s=2.4),
)
