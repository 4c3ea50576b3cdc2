"""Files that are no films, broken ones, and bombs, and how each must end."""

from pathlib import Path

import media_bytes
from media_bytes import Change, edit, half, noise, overwrite, rewrite
from media_rows import FILM, YUV, Row, changed, copied, film, from_source, written
from transcoder_media import AAC, X264, ffmpeg

from youke_transcoder import Limits

IN_FRONT = film(*FILM, "-movflags", "+faststart", seconds=4, sound=4)
BEHIND = film(seconds=4, sound=4)
BLACK = "color=black:s={size}:r={rate}:d={seconds}"
STILL = ("-frames:v", "1", "-update", "1")


def picture(name: str, codec: str, *options: str) -> Row:
    """One picture in the clothes of a film."""
    make = from_source(
        "testsrc2=s=160x90", *STILL, "-c:v", codec, *options, name="lesson.mp4"
    )
    return Row(name=name, make=make, end="unsupported_format")


def cover_only(directory: Path) -> Path:
    """A song whose only picture is its cover."""
    cover, path = directory / "cover.jpg", directory / "song.m4a"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x90", *STILL, cover)
    song = ("-f", "lavfi", "-i", "sine=d=2", "-i", cover, "-map", "0", "-map", "1")
    ffmpeg(*song, *AAC, "-c:v", "copy", "-disposition:v:0", "attached_pic", path)
    return path


def without_index(content: bytes) -> bytes:
    """Write nonsense over what both tracks are called."""
    return content.replace(b"trak", b"xxxx")


def mended(content: bytes) -> bytes:
    """Let the box of pictures end where the file does: only packets are missing."""
    place = content.find(b"mdat") - 4
    return overwrite(place, (len(content) - place).to_bytes(4, "big"))(content)


def lying_size(path: Path, width: int, height: int) -> Path:
    """Let the container say another size than the pictures have."""
    size = width.to_bytes(2, "big") + height.to_bytes(2, "big")
    place = path.read_bytes().find(b"avc1", path.read_bytes().find(b"stsd"))
    return rewrite(path, overwrite(place + 28, size))


def bomb(directory: Path) -> Path:
    """One black picture of 16384 x 4096 pixels in a few kilobytes."""
    black = BLACK.format(size="16384x4096", rate=1, seconds=1)
    return from_source(black, "-frames:v", "1", *X264)(directory)


def hidden_bomb(directory: Path) -> Path:
    """The same, with a container that speaks of a small picture."""
    return lying_size(bomb(directory), 160, 90)


def many_tracks(directory: Path) -> Path:
    """A film with the same sound twenty times."""
    maps = ("-map", "0:v", *("-map", "0:a") * 20, "-c", "copy")
    return copied(film(), *maps, name="many.mkv")(directory)


def lying_duration(units: int) -> Change:
    """Let the header say that film and tracks last so many of their units."""
    lie = overwrite(16, units.to_bytes(4, "big"))

    def change(content: bytes) -> bytes:
        content = edit(content, "moov/mvhd", lie)
        content = edit(
            content, "moov/trak/tkhd", overwrite(20, units.to_bytes(4, "big"))
        )
        return edit(content, "moov/trak/mdia/mdhd", lie)

    return change


def lying_frames(units: int) -> Change:
    """Let the table of times say that each frame lasts so many units."""
    lie = overwrite(12, units.to_bytes(4, "big"))
    return lambda content: edit(content, "moov/trak/mdia/minf/stbl/stts", lie)


NOT_FILMS = (
    Row(name="M8 empty", make=written(b""), end="empty_file"),
    Row(name="M10 noise", make=written(noise(4096)), end="unsupported_format"),
    Row(name="text", make=written("No film.\n" * 50), end="unsupported_format"),
    Row(name="zeros", make=written(bytes(100_000)), end="unsupported_format"),
    Row(
        name="HTML",
        make=written("<!doctype html><script>alert(1)</script>" * 30),
        end="unsupported_format",
    ),
    Row(
        name="PDF",
        make=written(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\n%%EOF\n"),
        end="unsupported_format",
    ),
    Row(
        name="Word document",
        make=written(media_bytes.archive()),
        end="unsupported_format",
    ),
    Row(
        name="program",
        make=written(b"\x7fELF\x02\x01\x01" + noise(4000)),
        end="unsupported_format",
    ),
    Row(
        name="subtitles",
        make=written("1\n00:00:00,000 --> 00:00:04,000\nHello\n", "lesson.srt"),
        end="unsupported_format",
    ),
    Row(
        name="tag of a song without the song",
        make=written(media_bytes.song(noise(3000)), "song.mp3"),
        end="unsupported_format",
    ),
    Row(
        name="song",
        make=from_source("sine=d=2", "-c:a", "libmp3lame", name="song.mp3"),
        end="unsupported_format",
    ),
    Row(
        name="sound file",
        make=from_source("sine=d=2", name="sound.wav"),
        end="unsupported_format",
    ),
    picture("M44 animated GIF", "gif", "-f", "gif"),
    picture("M44 animated PNG", "apng", "-f", "apng"),
    picture("PNG", "png", "-f", "image2"),
    picture("JPEG", "mjpeg", "-f", "image2", "-pix_fmt", "yuvj420p"),
    picture("WebP", "libwebp", "-f", "webp"),
    Row(
        name="M25 sound alone",
        make=from_source("sine=d=2", *AAC, name="sound.m4a"),
        end="no_video",
    ),
    Row(name="song with a cover", make=cover_only, end="no_video"),
    Row(
        name="an MP4's first box and nothing else",
        make=written(media_bytes.box(b"ftyp", b"isom\x00\x00\x02\x00isom")),
        end="truncated",
    ),
    Row(
        name="Matroska's first bytes and nothing else",
        make=written(b"\x1a\x45\xdf\xa3" + noise(400), "lesson.mkv"),
        end="unsupported_format",
    ),
)

BROKEN = (
    Row(name="M11 half, index behind", make=changed(BEHIND, half), end="truncated"),
    Row(name="M11 half, index in front", make=changed(IN_FRONT, half), end="truncated"),
    Row(
        name="M11 half, told by its packets alone",
        make=changed(IN_FRONT, half, mended),
        end="truncated",
    ),
    Row(
        name="M11 half of Matroska",
        make=changed(film(name="a.mkv", seconds=4, sound=4), half),
        end="truncated",
    ),
    Row(
        name="M12 last bytes missing",
        make=changed(IN_FRONT, lambda content: content[:-200]),
        end="truncated",
    ),
    Row(
        name="M14 index without tracks",
        make=changed(film(), without_index),
        end="no_video",
    ),
    Row(
        name="M14 nonsense in the index",
        make=changed(
            film(),
            lambda content: edit(content, "moov/trak", lambda old: noise(len(old))),
        ),
        end="no_video",
    ),
    Row(
        name="nothing but nonsense in the pictures",
        make=changed(
            film(), lambda content: edit(content, "mdat", lambda old: noise(len(old)))
        ),
        end="unreadable",
    ),
    Row(
        name="M17 says that it lasts for days",
        make=changed(film(), lying_duration(200_000_000)),
        end="ready",
    ),
    Row(
        name="M17 says that it lasts as long as can be said",
        make=changed(film(), lying_duration(2**32 - 2)),
        end="ready",
    ),
    Row(
        name="M17 says that each frame lasts for hours",
        make=changed(film(sound=None), lying_frames(12_800 * 20_000)),
        end="too_long",
    ),
    Row(
        name="M36 one frame",
        make=film("-frames:v", "1", *YUV, *X264, sound=None),
        end="too_short",
    ),
    Row(
        name="half a second",
        make=film(seconds=0.5, sound=0.5),
        end="too_short",
    ),
    Row(
        name="M36 tiny picture",
        make=film(*YUV, *X264, size="2x2", sound=None),
        end="too_small",
    ),
    Row(
        name="small picture",
        make=film(*YUV, *X264, size="32x32", sound=None),
        end="too_small",
    ),
)

BOMBS = (
    Row(name="M20 pixel bomb", make=bomb, end="too_large_pixels"),
    Row(
        name="M20 pixel bomb that says it is small",
        make=hidden_bomb,
        end="too_large_pixels",
    ),
    Row(
        name="says that it is huge",
        make=lambda directory: lying_size(film()(directory), 65535, 65535),
        end="ready",
    ),
    Row(
        name="M21 dear to decode",
        make=film(),
        end="too_expensive",
        limits=Limits(max_decoded_pixels=160 * 90 * 20),
    ),
    Row(
        name="M22 ten hours",
        make=from_source(BLACK.format(size="64x64", rate="1/60", seconds=36000), *X264),
        end="too_long",
    ),
    Row(name="many tracks", make=many_tracks, end="too_many_streams"),
    Row(
        name="larger than allowed",
        make=film(),
        end="too_large",
        limits=Limits(max_bytes=1000),
    ),
)

#: Decoders that `limits` leaves out.
RARE = (
    Row(
        name="M40 MagicYUV",
        make=film("-c:v", "magicyuv", name="a.avi", sound=None),
        end="unsupported_codec",
    ),
    Row(
        name="QuickTime animation",
        make=film("-c:v", "qtrle", name="a.mov", sound=None),
        end="unsupported_codec",
    ),
    Row(
        name="Flash Video of old",
        make=film("-c:v", "flv", name="a.flv", sound=None),
        end="unsupported_codec",
    ),
    Row(
        name="Theora",
        make=film("-c:v", "libtheora", name="a.ogv", sound=None),
        end="unsupported_codec",
    ),
    Row(
        name="lossless FFV1",
        make=film("-c:v", "ffv1", name="a.mkv", sound=None),
        end="unsupported_codec",
    ),
    Row(
        name="raw pictures",
        make=film("-c:v", "rawvideo", name="a.avi", sound=None),
        end="unsupported_codec",
    ),
    Row(
        name="PNG pictures in QuickTime",
        make=film("-c:v", "png", name="a.mov", sound=None),
        end="unsupported_codec",
    ),
)
