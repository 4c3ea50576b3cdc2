"""Small readers: boxes of a file, ffmpeg's words, headers of streams."""

import io
import pickle
import signal

import pytest

from youke_transcoder import FailureCode, Rejected, RejectionCode, TranscodeFailed
from youke_transcoder.boxes import Boxes, walk
from youke_transcoder.process import Ended
from youke_transcoder.running import FrameProgress, Progress, failure, out_time
from youke_transcoder.verifying import avc_profile


def box(kind: bytes, body: bytes = b"", length: int | None = None) -> bytes:
    size = 8 + len(body) if length is None else length
    return size.to_bytes(4, "big") + kind + body


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            box(b"ftyp", b"isom") + box(b"moov") + box(b"mdat", b"1234"),
            Boxes(mp4=True, truncated=False),
        ),
        # The index would come after what is missing.
        (
            box(b"ftyp", b"isom") + box(b"mdat", b"1234", 999),
            Boxes(mp4=True, truncated=True),
        ),
        # The index is in front and says more than there is.
        (
            box(b"ftyp") + box(b"moov") + box(b"mdat", b"12", 999),
            Boxes(mp4=True, truncated=True),
        ),
        # The last box reaches to the end of the file, whatever its size.
        (
            box(b"ftyp") + box(b"moov") + box(b"mdat", b"12", 0),
            Boxes(mp4=True, truncated=False),
        ),
        # A length in 64 bits.
        (
            box(b"ftyp")
            + box(b"moov")
            + box(b"mdat", (20).to_bytes(8, "big") + b"1234", 1),
            Boxes(mp4=True, truncated=False),
        ),
        # Cut inside a box's header.
        (box(b"ftyp") + box(b"moov") + b"\0\0\0", Boxes(mp4=True, truncated=True)),
        (b"#EXTM3U\n" * 10, Boxes(mp4=False, truncated=False)),
        (b"", Boxes(mp4=False, truncated=False)),
    ],
)
def test_boxes_tell_cut_files_from_other_files(content: bytes, expected: Boxes) -> None:
    if content:
        assert walk(io.BytesIO(content), len(content)) == expected
    else:
        assert not walk(io.BytesIO(content), 0).mp4


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("out_time_us=1500000\n", 1.5),
        ("out_time_us=-20000\n", -0.02),
        ("out_time_us=N/A\n", None),
        ("out_time=00:00:01.5\n", None),
        ("progress=continue\n", None),
        ("", None),
    ],
)
def test_progress_lines_are_read(line: str, seconds: float | None) -> None:
    assert out_time(line) == seconds


def test_progress_only_grows_and_ends_at_one() -> None:
    shares: list[float] = []
    progress = Progress(10.0, shares.append)

    advanced = [
        progress.take(f"out_time_us={seconds}000000")
        for seconds in ("-1", "1", "5", "4", "5", "99")
    ]

    assert advanced == [False, True, True, False, False, True]
    assert shares == pytest.approx([0.1, 0.5, 1.0])


def test_progress_may_count_frames_instead() -> None:
    shares: list[float] = []
    progress = FrameProgress(300, shares.append)

    advanced = [
        progress.take(line)
        for line in ("frame=  75\n", "fps=25.0\n", "out_time_us=9000000\n", "frame=300")
    ]

    assert advanced == [True, False, False, True]
    assert shares == [0.25, 1.0]


@pytest.mark.parametrize(
    ("ended", "code"),
    [
        (Ended(0, ""), None),
        (Ended(-signal.SIGKILL, "", stalled=True), "encoder_timeout"),
        (
            Ended(1, "av_interleaved_write_frame(): No space left on device"),
            "disk_full",
        ),
        (Ended(-signal.SIGXFSZ, ""), "output_too_large"),
        (Ended(-signal.SIGXCPU, ""), "encoder_budget"),
        (Ended(69, "too many errors"), "bad_source"),
        (Ended(-signal.SIGSEGV, ""), "encoder_failed"),
    ],
)
def test_an_encoders_end_has_a_code(ended: Ended, code: str | None) -> None:
    assert failure(ended) == code


def test_the_codecs_name_is_read_from_both_kinds_of_header() -> None:
    assert avc_profile(bytes.fromhex("01640028ffe1")) == "640028"
    # Access unit delimiter, then the parameter set, as in MPEG-TS.
    stream = bytes.fromhex("0000000109f0 00000001 6764001fac")
    assert avc_profile(stream) == "64001f"
    with pytest.raises(TranscodeFailed, match="bad_output"):
        avc_profile(b"")


@pytest.mark.parametrize(
    "error",
    [
        Rejected(RejectionCode.TRUNCATED, "says 60 s"),
        TranscodeFailed(FailureCode.DISK_FULL, "full"),
    ],
)
def test_errors_survive_the_way_between_processes(
    error: Rejected | TranscodeFailed,
) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes

    assert type(copy) is type(error)
    assert (copy.code, copy.detail, str(copy)) == (
        error.code,
        error.detail,
        str(error),
    )
