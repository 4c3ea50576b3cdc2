"""Captions from speech: an optional extra behind a port, in a child of its own.

A model is a folder on this machine; nothing is ever fetched. The one adapter speaks to
faster-whisper, which is not among our requirements: it brings 200 MB of libraries, and
models of some hundred MB that no package ships.
"""

from __future__ import annotations

import html
import json
import sys
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

from youke_transcoder.caption_text import clean
from youke_transcoder.captions import Cue
from youke_transcoder.errors import Cancelled, FailureCode, TranscodeFailed
from youke_transcoder.process import Budget, run
from youke_transcoder.running import run_ffmpeg

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from youke_transcoder.running import Means

#: Hz, mono: what recognisers of speech are trained on.
SPEECH_RATE = 16_000
WAV = "speech.wav"
#: CPU seconds for a second of sound, with models up to "large" on small machines.
CPU_PER_S, CPU_BASE_S = 20, 600
#: Seconds in which a model is loaded and the next half minute of speech is understood.
STALL_S = 900.0
MODULE = "youke_transcoder.transcribe_child"
#: Whisper's names of languages, and words in the script and style that it shall write.
WHISPER_LANGUAGES = {"zh-Hans": "zh", "zh-Hant": "zh"}
PROMPTS = {"zh-Hans": "以下是普通话的课堂。", "zh-Hant": "以下是普通話的課堂。"}


@dataclass(frozen=True)
class Heard:
    """What somebody says from one second to another."""

    start_s: float
    end_s: float
    text: str


class Transcriber(Protocol):
    """Understands speech."""

    def transcribe(self, wav: Path, language: str) -> Iterator[Heard]:
        """Give what is said in a 16-kHz mono file, in order, as it is understood.

        `language` is a BCP 47 tag.
        """
        ...


class FasterWhisper:
    """Whisper by CTranslate2, from a folder with `model.bin`."""

    def __init__(self, model: Path) -> None:
        """Load a model; raises what faster-whisper raises."""
        package: Any = import_module("faster_whisper")
        self._model = package.WhisperModel(
            str(model), device="cpu", compute_type="int8", local_files_only=True
        )

    def transcribe(self, wav: Path, language: str) -> Iterator[Heard]:
        """Skip what is no speech; see `Transcriber`."""
        segments, _ = self._model.transcribe(
            str(wav),
            language=WHISPER_LANGUAGES.get(language, language),
            initial_prompt=PROMPTS.get(language),
            vad_filter=True,
            # An error in one half minute is not carried into the next.
            condition_on_previous_text=False,
        )
        for each in segments:
            yield Heard(each.start, each.end, each.text)


def available(model: Path | None) -> bool:
    """Say whether speech can be understood here: a model, and what reads it."""
    there = model is not None and (model / "model.bin").is_file()
    return there and find_spec("faster_whisper") is not None


def transcribe(
    sound: Path, model: Path, directory: Path, *, language: str, means: Means
) -> tuple[Cue, ...]:
    """Turn the speech of a rendition of ours into cues; scratch lies in `directory`.

    Progress is not told in shares, as nobody knows how much is said. Raises
    `TranscodeFailed` and `Cancelled`.
    """
    wav = directory / WAV
    try:
        _to_speech(sound, directory, means)
        return tuple(_understood(wav, model, language, means=means))
    finally:
        wav.unlink(missing_ok=True)


def cue(heard: Heard) -> Cue | None:
    """Make a cue of what was heard; none of silence and of what lasts no time."""
    text = clean(html.escape(heard.text, quote=False))
    start, end = round(heard.start_s * 1000), round(heard.end_s * 1000)
    return Cue(start, end, text) if text and 0 <= start < end else None


def _to_speech(sound: Path, directory: Path, means: Means) -> None:
    import ffmpeg

    heard = ffmpeg.input(f"file:{sound.resolve()}", protocol_whitelist="file").audio
    written = heard.output(WAV, ar=SPEECH_RATE, ac=1, f="wav")
    arguments = ["-loglevel", "error", *written.get_args()]
    run_ffmpeg(
        arguments, _budget(means, 0.0), directory=directory, means=means, reads=[sound]
    )


def _understood(
    wav: Path, model: Path, language: str, *, means: Means
) -> Iterator[Cue]:
    lines: list[str] = []

    def keep(line: str) -> bool:
        lines.append(line)
        return True

    ended = run(
        [sys.executable, "-P", "-m", MODULE, str(model.resolve()), WAV, language],
        _budget(means, wav.stat().st_size / (2 * SPEECH_RATE)),
        directory=wav.parent,
        reads=[model.resolve()],
        on_line=keep,
        should_stop=means.should_stop,
        nice=means.nice,
    )
    if means.should_stop():
        raise Cancelled
    if ended.stalled or ended.returncode:
        raise TranscodeFailed(FailureCode.ENCODER_FAILED, ended.words)
    found = (cue(Heard(**json.loads(line))) for line in lines)
    yield from (each for each in found if each)


def _budget(means: Means, seconds: float) -> Budget:
    limits = means.limits
    return Budget(
        memory=limits.encode_memory,
        cpu_s=int(CPU_BASE_S + CPU_PER_S * seconds),
        file_size=2 * SPEECH_RATE * int(limits.max_duration_s + 60),
        open_files=limits.open_files,
        stall_s=STALL_S,
    )
