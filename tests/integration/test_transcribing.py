"""Captions from speech, as far as a machine without a trained model can tell.

No package ships a model of Whisper, so one is made of random numbers: what it hears is
nothing, but it is loaded and asked as a trained one is.
"""

from pathlib import Path

import pytest
from transcoder_media import ffmpeg
from whisper_model import make_model

from youke_transcoder import Cancelled, FailureCode, TranscodeFailed
from youke_transcoder.captions import Cue
from youke_transcoder.running import Means
from youke_transcoder.transcribing import Heard, available, cue, transcribe


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A rendition with eight seconds of a trembling tone."""
    path = tmp_path / "audio.mp4"
    tone = "sine=300:r=48000:d=8,tremolo=f=5:d=0.8"
    ffmpeg("-f", "lavfi", "-i", tone, "-c:a", "aac", path)
    return path


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def test_speech_is_understood_only_with_a_model_and_what_reads_it(
    tmp_path: Path,
) -> None:
    assert not available(None)
    assert not available(tmp_path)


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (
            Heard(0.5, 2.25, " 今天学习<光> & 影 "),
            Cue(500, 2250, "今天学习&lt;光&gt; &amp; 影"),
        ),
        (Heard(1, 2, " \x1f\n "), None),
        (Heard(2, 2, "nothing"), None),
        (Heard(-1, 2, "before"), None),
        (
            Heard(0, 1, "<script>x</script>"),
            Cue(0, 1000, "&lt;script&gt;x&lt;/script&gt;"),
        ),
    ],
)
def test_what_is_heard_is_text_and_nothing_else(
    heard: Heard, expected: Cue | None
) -> None:
    assert cue(heard) == expected


def test_a_model_that_cannot_be_loaded_ends_with_a_code_and_leaves_nothing(
    sound: Path, scratch: Path, tmp_path: Path
) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "model.bin").write_bytes(b"no model")
    with pytest.raises(TranscodeFailed) as caught:
        transcribe(sound, model, scratch, language="zh-Hans", means=Means())
    assert caught.value.code == FailureCode.ENCODER_FAILED
    assert list(scratch.iterdir()) == []


def test_what_is_no_sound_ends_with_a_code(scratch: Path, tmp_path: Path) -> None:
    (tmp_path / "no.mp4").write_bytes(b"\0" * 1000)
    with pytest.raises(TranscodeFailed):
        transcribe(tmp_path / "no.mp4", tmp_path, scratch, language="en", means=Means())
    assert list(scratch.iterdir()) == []


def test_understanding_stops_when_it_is_told_to(
    sound: Path, scratch: Path, tmp_path: Path
) -> None:
    means = Means(should_stop=lambda: True)
    with pytest.raises(Cancelled):
        transcribe(sound, tmp_path, scratch, language="en", means=means)
    assert list(scratch.iterdir()) == []


def test_a_made_model_is_loaded_and_asked(
    sound: Path, scratch: Path, tmp_path: Path
) -> None:
    pytest.importorskip("faster_whisper", reason="an optional extra")
    model = make_model(tmp_path / "model")
    assert available(model)

    cues = transcribe(sound, model, scratch, language="zh-Hans", means=Means())

    # Whatever is heard in a tone is in order and within it.
    assert all(0 <= each.start_ms < each.end_ms <= 8_000 for each in cues)
    assert list(scratch.iterdir()) == []
