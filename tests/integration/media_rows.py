"""What a row of the table of awkward and hostile media is, and how films are drawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from media_bytes import Change, rewrite
from transcoder_media import AAC, X264, Drawing, draw, ffmpeg

from youke_transcoder import Limits

YUV = ("-pix_fmt", "yuv420p")
FILM = (*YUV, *X264, *AAC)
COPY = ("-map", "0", "-c", "copy")
READY = "ready"
#: Seconds: a little more than the shortest film that is accepted.
SHORT = 1.2


@dataclass(frozen=True, kw_only=True)
class Row:
    """One file, how to make it, and how it has to end."""

    #: Begins with its number in the threat list, where it has one.
    name: str
    make: Callable[[Path], Path]
    #: "ready", or the code with which it is rejected or fails.
    end: str
    #: What the probe has to say of a file that becomes ready.
    facts: Mapping[str, object] = field(default_factory=dict)
    #: Other budgets than usual, for what would take too long to draw.
    limits: Limits = field(default_factory=Limits)


def ready(name: str, make: Callable[[Path], Path], **facts: object) -> Row:
    """A film that becomes a lesson, of which the probe tells these facts."""
    return Row(name=name, make=make, end=READY, facts=facts)


def film(
    *options: str,
    name: str = "lesson.mp4",
    size: str = "160x90",
    rate: str = "25",
    seconds: float = SHORT,
    sound: float | None = SHORT,
) -> Callable[[Path], Path]:
    """Draw a small film with these options of the encoder, H.264 and AAC if none."""
    return lambda directory: draw(
        directory,
        Drawing(
            name=name,
            size=size,
            rate=rate,
            seconds=seconds,
            sound=sound,
            options=options or FILM,
        ),
    )


def changed(make: Callable[[Path], Path], *changes: Change) -> Callable[[Path], Path]:
    """Make a file and change its bytes."""

    def made(directory: Path) -> Path:
        path = make(directory)
        for change in changes:
            rewrite(path, change)
        return path

    return made


def written(content: bytes | str, name: str = "lesson.mp4") -> Callable[[Path], Path]:
    """Write a file of these bytes; "{directory}" in a text is where it lies."""

    def made(directory: Path) -> Path:
        path = directory / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content.replace("{directory}", str(directory)))
        return path

    return made


def from_source(
    source: str, *options: str, name: str = "lesson.mp4"
) -> Callable[[Path], Path]:
    """Draw from one of ffmpeg's own sources."""

    def made(directory: Path) -> Path:
        path = directory / name
        ffmpeg("-f", "lavfi", "-i", source, *options, path)
        return path

    return made


def copied(
    make: Callable[[Path], Path], *options: str, name: str, before: tuple[str, ...] = ()
) -> Callable[[Path], Path]:
    """Make a file and copy its streams into another container."""

    def made(directory: Path) -> Path:
        source, path = make(directory), directory / name
        ffmpeg(*before, "-i", source, *options, path)
        return path

    return made
