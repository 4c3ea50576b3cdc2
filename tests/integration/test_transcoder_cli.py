"""The engine alone, as a command."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import transcoder_media as media
from transcoder_media import Drawing, draw, draw_long

COMMAND = str(Path(sys.executable).with_name("youke-transcode"))


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False
    )


def test_the_command_writes_playlists_that_play(tmp_path: Path) -> None:
    source = draw(tmp_path, Drawing(size="640x480"))
    out = tmp_path / "out"

    ended = run(source, out, "--profiles", "web,tv")

    assert ended.returncode == 0, ended.stderr
    manifest = json.loads(ended.stdout)
    assert manifest["source"]["height"] == 480
    assert [each["name"] for each in manifest["renditions"]] == [
        "480p",
        "tv-480p",
        "360p",
        "audio",
    ]
    assert not (out / "mobile.m3u8").exists()
    for profile in ("web", "tv"):
        assert media.play(out / f"{profile}.m3u8") > 0


def test_everything_that_is_published_lies_in_the_directory(tmp_path: Path) -> None:
    source = draw(tmp_path, Drawing(size="426x240"))
    out = tmp_path / "out"

    ended = run(source, out, "--profiles", "mobile", "--jobs", "1")

    assert ended.returncode == 0, ended.stderr
    assert {each.name for each in out.iterdir()} == {
        *("240p.mp4", "240p.m3u8", "240p-i-frames.m3u8"),
        *("audio.mp4", "audio.m3u8", "mobile.m3u8"),
        *("poster.jpg", "sprite-0.jpg", "storyboard.vtt"),
    }
    assert "240p-i-frames.m3u8" in (out / "mobile.m3u8").read_text("utf-8")
    score = json.loads(ended.stdout)["renditions"][0]["score"]
    assert score["mean"] > 0


def test_a_dry_run_tells_the_cost_and_writes_nothing(tmp_path: Path) -> None:
    source = draw(tmp_path, Drawing(size="640x360"))
    out = tmp_path / "out"

    ended = run(source, out, "--dry-run")

    assert ended.returncode == 0, ended.stderr
    answer = json.loads(ended.stdout)
    assert [each["name"] for each in answer["recipe"]["rungs"]] == ["360p", "240p"]
    assert answer["cost"]["cpu_s"] > 0
    assert answer["cost"]["renditions"].keys() == {"360p", "tv-360p", "240p", "audio"}
    assert answer["cost"]["bytes_at_most"] == sum(answer["cost"]["renditions"].values())
    assert not out.exists()


def test_progress_goes_to_stderr(tmp_path: Path) -> None:
    source = draw(tmp_path, Drawing())

    ended = run(source, tmp_path / "out", "--profiles", "mobile")

    assert "transcoding" in ended.stderr
    json.loads(ended.stdout)


@pytest.mark.parametrize(
    ("content", "code", "status"),
    [
        (b"text", "unsupported_format", 3),
        (b"", "empty_file", 3),
        (None, "not_found", 4),
    ],
)
def test_a_refusal_is_a_code_and_a_status(
    content: bytes | None, code: str, status: int, tmp_path: Path
) -> None:
    source = tmp_path / "lesson.mp4"
    if content is not None:
        source.write_bytes(content)

    ended = run(source, tmp_path / "out")

    assert ended.returncode == status
    assert json.loads(ended.stdout)["error"]["code"] == code


def test_an_unknown_profile_is_an_error_of_use(tmp_path: Path) -> None:
    source = draw(tmp_path, Drawing())

    ended = run(source, tmp_path / "out", "--profiles", "radio")

    assert ended.returncode == 2
    assert "radio" in ended.stderr


def test_the_command_stops_when_it_is_told(tmp_path: Path) -> None:
    source = draw_long(tmp_path)
    out = tmp_path / "out"
    with subprocess.Popen(
        [COMMAND, str(source), str(out)], stdout=subprocess.PIPE, text=True
    ) as command:
        while not list(out.glob(".work-*/.work-*/*.mp4")):
            assert command.poll() is None
            time.sleep(0.05)
        command.send_signal(signal.SIGTERM)
        words, _ = command.communicate(timeout=60)

    assert command.returncode == 130
    assert json.loads(words)["error"]["code"] == "cancelled"
    assert list(out.iterdir()) == []
