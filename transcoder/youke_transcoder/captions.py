"""Captions that people upload: WebVTT or SubRip in, clean WebVTT out. Pure.

What comes out has cues in order, within the lesson, with text and `b`, `i`, `u` and
nothing else: no styles, regions, positions, scripts. What cannot be understood is
refused with a stable code and the number of the line, so that people can mend it.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from youke_transcoder.caption_text import clean, visible
from youke_transcoder.errors import TranscoderError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

#: Bytes of a file: two languages for four hours need half of it.
MOST_BYTES = 1_000_000
#: A fast speaker needs 2,000 cues an hour.
MOST_CUES = 20_000
#: Characters of one cue that people read, three lines of 40 being usual, and that
#: stand in the file for them.
MOST_TEXT = 2000
MOST_RAW = 60_000
#: Seconds at which our renditions begin: encoders reorder two frames, and frames come
#: 15 to 60 times a second. Players count a cue's time on the media's clock, where this
#: is right within 0.06 s.
MEDIA_START_S = 0.08
#: MPEG's clock, per second.
MPEG_CLOCK = 90_000
HIGHEST_HOUR, HIGHEST_MINUTE = 99, 59

#: Hours are optional; a comma or point before up to three decimals, or none.
_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
_TIMING = re.compile(rf"\s*{_TIME}\s*-{{1,3}}>\s*{_TIME}(?:\s.*)?")
#: An arrow after nothing but the signs of a time; other arrows are somebody's text.
_WRONG_TIMING = re.compile(r"(?=[^>]*\d)(?=[^>]*:)[-\d:.,;\s]+-->.*")
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LINE_END = re.compile(r"\r\n|\r|\n")
_SIGNATURE = re.compile(r"WEBVTT(?:[ \t].*)?")


class CaptionsCode(StrEnum):
    """Why captions are refused."""

    EMPTY = "captions_empty"
    TOO_LARGE = "captions_too_large"
    NOT_TEXT = "captions_not_text"
    NO_CUES = "captions_no_cues"
    BAD_TIME = "captions_bad_time"
    TOO_MANY = "captions_too_many"
    CUE_TOO_LONG = "captions_cue_too_long"
    BEYOND_THE_END = "captions_beyond_the_end"


class CaptionsRejected(TranscoderError):  # noqa: N818  # a verdict, not an error
    """The captions cannot be used as they are."""

    def __init__(self, code: CaptionsCode, line: int | None = None) -> None:
        """Keep the stable code, and the line from 1 where one is to blame."""
        super().__init__(code if line is None else f"{code} in line {line}")
        self.code = code
        self.line = line

    def __reduce__(self) -> tuple[type[CaptionsRejected], tuple[object, ...]]:
        """Survive the way between processes with code and line."""
        return type(self), (self.code, self.line)


@dataclass(frozen=True, order=True)
class Cue:
    """What is shown from one moment to another, in milliseconds."""

    start_ms: int
    end_ms: int
    #: WebVTT cue text: lines, `b`, `i`, `u`, and entities for `&`, `<` and `>`.
    text: str


def parse(data: bytes, *, duration_s: float | None = None) -> tuple[Cue, ...]:
    """Read an uploaded file whatever it is called; raise `CaptionsRejected`.

    With a lesson's duration, cues end with the lesson and those after it are dropped.
    """
    lines = _LINE_END.split(_decoded(data))
    cues = sorted(set(_cues(lines)))
    if not cues:
        raise CaptionsRejected(CaptionsCode.NO_CUES)
    if duration_s is None:
        return tuple(cues)
    kept = tuple(_within(cues, round(duration_s * 1000)))
    if not kept:
        raise CaptionsRejected(CaptionsCode.BEYOND_THE_END)
    return kept


def webvtt(cues: Iterable[Cue], *, start_s: float = MEDIA_START_S) -> str:
    """Write WebVTT whose zero is `start_s` on the media's clock (RFC 8216 3.5)."""
    clock = f"MPEGTS:{round(start_s * MPEG_CLOCK)},LOCAL:00:00:00.000"
    blocks = (
        f"{_clock(each.start_ms)} --> {_clock(each.end_ms)}\n{each.text}\n"
        for each in cues
    )
    return "\n".join([f"WEBVTT\nX-TIMESTAMP-MAP={clock}\n", *blocks])


def _decoded(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise CaptionsRejected(CaptionsCode.TOO_LARGE)
    # Most pairs of bytes are some character, so for UTF-16 without a mark the signs
    # of a time must tell.
    guessed = b"\0" in data and not data.startswith(_MARKS)
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and ("->" in text or not guessed):
            if not text.strip("\ufeff \t\r\n"):
                raise CaptionsRejected(CaptionsCode.EMPTY)
            return text.removeprefix("\ufeff")
    raise CaptionsRejected(CaptionsCode.NOT_TEXT)


def _encodings(data: bytes) -> Sequence[str]:
    """Guess the encodings to try: what a mark says, else by the bytes."""
    if data.startswith(_MARKS):
        return ("utf-16",)
    if b"\0" in data:
        return ("utf-16-le", "utf-16-be")
    # Chinese Windows programs write GB 18030 or what it contains.
    return ("utf-8", "gb18030")


def _cues(lines: Sequence[str]) -> Iterator[Cue]:
    """Find the lines with times and what belongs to each."""
    is_webvtt = _SIGNATURE.fullmatch(lines[0].rstrip()) is not None
    timings = [n for n, line in enumerate(lines) if _is_timing(line, n + 1)]
    if len(timings) > MOST_CUES:
        raise CaptionsRejected(CaptionsCode.TOO_MANY, timings[MOST_CUES] + 1)
    if not timings:
        raise CaptionsRejected(CaptionsCode.NO_CUES)
    ends = [*timings[1:], len(lines)]
    for number, end in zip(timings, ends, strict=True):
        body = lines[number + 1 : end]
        if is_webvtt:
            shown = _payload(body)
        else:
            shown = _srt_payload(body, last=end == len(lines))
        cue = _cue(lines[number], number + 1, _text(shown, number + 1))
        if cue.text and cue.start_ms < cue.end_ms:
            yield cue


def _text(lines: Sequence[str], number: int) -> str:
    if sum(map(len, lines)) <= MOST_RAW:
        text = clean("\n".join(lines))
        if len(visible(text)) <= MOST_TEXT:
            return text
    raise CaptionsRejected(CaptionsCode.CUE_TOO_LONG, number)


def _is_timing(line: str, number: int) -> bool:
    """Tell times from text; raise for what is meant as times and is none."""
    if ">" not in line:
        return False
    # Input methods write full-width digits and colons.
    plain = unicodedata.normalize("NFKC", line)
    if _TIMING.fullmatch(plain):
        return True
    if _WRONG_TIMING.fullmatch(plain):
        raise CaptionsRejected(CaptionsCode.BAD_TIME, number)
    return False


def _payload(body: Sequence[str]) -> Sequence[str]:
    """WebVTT: up to the first blank line; then notes, styles or a cue's name follow."""
    blank = (n for n, line in enumerate(body) if not line.strip())
    return body[: next(blank, len(body))]


def _srt_payload(body: Sequence[str], *, last: bool) -> Sequence[str]:
    """SubRip: up to the next cue's number, as blank lines also stand inside."""
    has_number = not last and body and body[-1].strip().isdecimal()
    return body[:-1] if has_number else body


def _cue(line: str, number: int, text: str) -> Cue:
    found = _TIMING.fullmatch(unicodedata.normalize("NFKC", line))
    parts = found.groups() if found else ()
    start, end = _milliseconds(parts[:4], number), _milliseconds(parts[4:], number)
    if end < start:
        raise CaptionsRejected(CaptionsCode.BAD_TIME, number)
    return Cue(start, end, text)


def _milliseconds(parts: Sequence[str | None], line: int) -> int:
    hours, minutes, seconds = (int(each or 0) for each in parts[:3])
    if max(minutes, seconds) > HIGHEST_MINUTE or hours > HIGHEST_HOUR:
        raise CaptionsRejected(CaptionsCode.BAD_TIME, line)
    milliseconds = int((parts[3] or "0").ljust(3, "0"))
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds


def _within(cues: Iterable[Cue], end_ms: int) -> Iterator[Cue]:
    for each in cues:
        if each.start_ms < end_ms:
            yield replace(each, end_ms=min(each.end_ms, end_ms))


def _clock(milliseconds: int) -> str:
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"
