"""Films with random damage, the same in each run: what fuzzers begin with."""

import random
from collections.abc import Callable
from pathlib import Path

from media_rows import COPY, FILM, copied, film
from transcoder_media import AAC, X264

VP8 = ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus")
SMALL = "96x64"
#: Whole films to be damaged: containers whose parsers differ.
KINDS: dict[str, Callable[[Path], Path]] = {
    "behind.mp4": film(size=SMALL),
    "front.mp4": film(*FILM, "-movflags", "+faststart", size=SMALL),
    "pieces.mp4": film(*FILM, "-movflags", "frag_keyframe+empty_moov", size=SMALL),
    "film.mkv": film(name="a.mkv", size=SMALL),
    "film.webm": film(*VP8, name="a.webm", size=SMALL),
    "film.ts": film(name="a.ts", size=SMALL),
    "film.avi": film("-c:v", "mpeg4", "-c:a", "libmp3lame", name="a.avi", size=SMALL),
    "film.flv": copied(film(size=SMALL), *COPY, name="a.flv"),
    "film.mpg": film("-c:v", "mpeg2video", "-c:a", "mp2", name="a.mpg", size=SMALL),
    "film.wmv": film("-c:v", "wmv2", "-c:a", "wmav2", name="a.wmv", size=SMALL),
    "hevc.mov": film(
        "-c:v",
        "libx265",
        "-x265-params",
        "log-level=none",
        "-preset",
        "ultrafast",
        *AAC,
        name="a.mov",
        size=SMALL,
    ),
    "varying.mp4": film(
        "-vf",
        "select='mod(n,3)'",
        "-fps_mode",
        "vfr",
        "-pix_fmt",
        "yuv420p",
        *X264,
        *AAC,
        size=SMALL,
    ),
}
#: Numbers at which programs err, as four bytes.
ODD_NUMBERS = (0, 1, 7, 8, 2**16, 2**31 - 1, 2**31, 2**32 - 1)
#: What begins most of the structures that a parser follows.
MARKS = (
    *(b"moov", b"mvhd", b"trak", b"tkhd", b"elst", b"mdhd", b"stsd", b"avcC", b"esds"),
    *(b"stts", b"ctts", b"stss", b"stsc", b"stsz", b"stco", b"moof", b"tfhd", b"trun"),
    *(b"mdat", b"hvc1", b"RIFF", b"LIST", b"hdrl", b"strh", b"strf", b"idx1", b"movi"),
    *(b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67", b"\x16\x54\xae\x6b"),
    *(b"\x1f\x43\xb6\x75", b"\x1c\x53\xbb\x6b", b"\x00\x00\x01\xba"),
    *(b"\x00\x00\x01\xb3", b"\x00\x00\x01\xe0", b"\x47\x40\x00", b"FLV\x01"),
)


def draw_all(directory: Path) -> dict[str, bytes]:
    """Draw a whole film of each kind."""
    drawn = {}
    for name, make in KINDS.items():
        folder = directory / name
        folder.mkdir()
        drawn[name] = make(folder).read_bytes()
    return drawn


def mutant(whole: dict[str, bytes], number: int) -> tuple[str, bytes]:
    """Damage a film in the way that belongs to this number; name kind and damage."""
    drawn = random.Random(number)  # noqa: S311  # repeatable
    kind = drawn.choice(sorted(whole))
    content = whole[kind]
    for damage in drawn.choices(DAMAGES, k=drawn.choice((1, 1, 2, 4))):
        content = damage(content, drawn)
    return kind, content


def flipped(content: bytes, drawn: random.Random) -> bytes:
    """Flip bits anywhere."""
    changed = bytearray(content)
    for _ in range(drawn.choice((1, 4, 16, 64))):
        changed[drawn.randrange(len(changed))] ^= 1 << drawn.randrange(8)
    return bytes(changed)


def flipped_in_front(content: bytes, drawn: random.Random) -> bytes:
    """Flip bits where the headers of most containers are."""
    head = min(len(content), 2000)
    return flipped(content[:head], drawn) + content[head:]


def flipped_at_end(content: bytes, drawn: random.Random) -> bytes:
    """Flip bits where the index of some containers is."""
    tail = max(0, len(content) - 3000)
    return content[:tail] + flipped(content[tail:], drawn)


def cut(content: bytes, drawn: random.Random) -> bytes:
    """Cut off the end."""
    return content[: drawn.randrange(16, len(content))]


def renumbered(content: bytes, drawn: random.Random) -> bytes:
    """Put an odd number near something that a parser follows."""
    marks = [mark for mark in MARKS if mark in content]
    place = (
        content.find(drawn.choice(marks)) if marks else drawn.randrange(len(content))
    )
    place = max(0, place + drawn.choice((-4, 4, 5, 8, 12, 16, 20, 24)))
    number = drawn.choice(ODD_NUMBERS).to_bytes(4, drawn.choice(("big", "little")))
    return content[:place] + number + content[place + 4 :]


def exchanged(content: bytes, drawn: random.Random) -> bytes:
    """Exchange two neighbouring parts."""
    first, second, third = sorted(drawn.sample(range(len(content)), 3))
    return (
        content[:first]
        + content[second:third]
        + content[first:second]
        + content[third:]
    )


def without_a_part(content: bytes, drawn: random.Random) -> bytes:
    """Take some bytes out of the middle."""
    start = drawn.randrange(len(content))
    return content[:start] + content[start + drawn.randrange(1, 2000) :]


def with_a_part_twice(content: bytes, drawn: random.Random) -> bytes:
    """Repeat some bytes."""
    start = drawn.randrange(len(content))
    part = content[start : start + drawn.randrange(1, 5000)]
    return content[:start] + part * drawn.choice((2, 3, 50)) + content[start:]


Damage = Callable[[bytes, random.Random], bytes]
DAMAGES: tuple[Damage, ...] = (
    flipped,
    flipped_in_front,
    flipped_at_end,
    cut,
    renumbered,
    renumbered,
    exchanged,
    without_a_part,
    with_a_part_twice,
)
