"""Edits the bytes of media files, and writes files that only look like some."""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

Change = Callable[[bytes], bytes]


def boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and payload of the MP4 boxes that lie one after another."""
    position = 0
    while position + 8 <= len(content):
        length = int.from_bytes(content[position : position + 4], "big")
        kind = content[position + 4 : position + 8]
        assert length >= 8, kind
        yield kind, content[position + 8 : position + length]
        position += length


def box(kind: bytes, payload: bytes) -> bytes:
    """Write one MP4 box."""
    return (len(payload) + 8).to_bytes(4, "big") + kind + payload


def edit(content: bytes, place: str, change: Change) -> bytes:
    """Change the payload of every box at a place like "moov/trak/edts".

    The index has to lie behind the pictures, so that nothing it points to moves.
    """
    first, _, rest = place.partition("/")
    inner: Change = (lambda payload: edit(payload, rest, change)) if rest else change
    return b"".join(
        box(kind, inner(payload) if kind == first.encode() else payload)
        for kind, payload in boxes(content)
    )


def rewrite(path: Path, change: Change) -> Path:
    """Change the content of a file."""
    path.write_bytes(change(path.read_bytes()))
    return path


def overwrite(offset: int, value: bytes) -> Change:
    """Put these bytes at this place."""
    return lambda content: content[:offset] + value + content[offset + len(value) :]


def half(content: bytes) -> bytes:
    """Cut in the middle."""
    return content[: len(content) // 2]


def noise(length: int) -> bytes:
    """Bytes without any order, the same in each run."""
    return hashlib.shake_256(b"noise").digest(length)


def archive() -> bytes:
    """A ZIP archive."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        file.writestr("word/document.xml", "<document/>")
    return written.getvalue()


def song(cover: bytes) -> bytes:
    """An MP3 file that is nothing but a tag with a cover."""
    body = b"\x00image/jpeg\x00\x03\x00" + cover
    frame = b"APIC" + len(body).to_bytes(4, "big") + b"\x00\x00" + body
    return b"ID3\x03\x00\x00" + syncsafe(len(frame)) + frame


def syncsafe(number: int) -> bytes:
    """Seven bits in each of four bytes."""
    return bytes((number >> shift) & 0x7F for shift in (21, 14, 7, 0))


def alias(target: Path) -> bytes:
    """Entry of a QuickTime data reference that says "the data lies in that file"."""
    name = str(target).encode()
    folder = bytes(150)
    absolute = b"\x00\x02" + len(name).to_bytes(2, "big") + name + bytes(len(name) % 2)
    end = b"\xff\xff\x00\x00"
    return box(b"alis", bytes(4) + folder + absolute + end)


def address(url: str) -> bytes:
    """Entry of an MP4 data reference that says "the data lies there"."""
    return box(b"url ", bytes(4) + url.encode() + b"\x00")


def referring(entry: bytes) -> Change:
    """Make all tracks of an MP4 take their data from somewhere else."""
    count = (1).to_bytes(4, "big")
    return lambda content: edit(
        content, "moov/trak/mdia/minf/dinf/dref", lambda _: bytes(4) + count + entry
    )


def edits(*entries: tuple[int, int, int]) -> Change:
    """Give all tracks this edit list: duration, first time, rate in 1/65536."""

    def number(value: int) -> bytes:
        return (value & 0xFFFFFFFF).to_bytes(4, "big")

    written = b"".join(number(value) for entry in entries for value in entry)
    payload = bytes(4) + number(len(entries)) + written
    return lambda content: edit(content, "moov/trak/edts/elst", lambda _: payload)
