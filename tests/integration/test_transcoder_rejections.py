"""What the probe does beside judging files; how each of those ends is in the table."""

from pathlib import Path

import pytest
from transcoder_media import Drawing, draw

from youke_transcoder import Limits, Rejected, TranscodeFailed, probe


def test_a_rejection_says_what_was_missing_and_where_nothing_lies(
    tmp_path: Path,
) -> None:
    path = tmp_path / "lesson.mp4"
    path.write_text("This is not a film.\n" * 50)

    with pytest.raises(Rejected, match="Invalid data found") as caught:
        probe(path)
    assert caught.value.code == "unsupported_format"
    assert str(tmp_path) not in caught.value.detail


@pytest.mark.parametrize(
    "name", ["concat:a|b%d.mp4", "-i.mp4", "sub,,:file.mp4", "课.mp4"]
)
def test_a_name_that_looks_like_something_else_is_only_a_name(
    name: str, tmp_path: Path
) -> None:
    path = draw(tmp_path, Drawing())
    odd = path.rename(tmp_path / name)

    assert probe(odd).width == 320


def test_a_probe_that_does_not_come_back_is_given_up(tmp_path: Path) -> None:
    path = draw(tmp_path, Drawing())

    with pytest.raises(TranscodeFailed) as caught:
        probe(path, Limits(probe_timeout_s=0))
    assert caught.value.code == "probe_timeout"


def test_a_file_above_the_size_limit_is_not_opened(tmp_path: Path) -> None:
    # Whoever opens it gets garbage and another code.
    path = tmp_path / "lesson.mp4"
    path.write_bytes(bytes(100))

    with pytest.raises(Rejected) as caught:
        probe(path, Limits(max_bytes=10))
    assert caught.value.code == "too_large"
