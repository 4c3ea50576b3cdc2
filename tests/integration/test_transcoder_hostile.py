"""Every awkward or hostile file has its stated end, and no other file is touched."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import pytest
import transcoder_media as media
from media_references import CANARY, REFERENCES
from media_rows import READY, Row, film
from media_streams import SECRET
from media_table import TABLE

from harness import strace
from youke_transcoder import (
    Manifest,
    Probe,
    Rejected,
    TranscodeFailed,
    plan,
    transcode,
)
from youke_transcoder.normalising import inspected
from youke_transcoder.running import Means

PHONE = ("mobile",)
#: Seconds by which a duration may differ from the one that the table says.
SLACK_S = 0.05
#: Does with each file what a worker does, and says how it ended.
WORKER = """
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from youke_transcoder import Rejected, TranscodeFailed, plan, transcode
from youke_transcoder.normalising import inspected
from youke_transcoder.running import Means
for source, out in zip(sys.argv[1::2], sys.argv[2::2]):
    try:
        with TemporaryDirectory() as beside:
            _, facts = inspected(Path(source), Path(beside), means=Means())
        transcode(source, out, plan(facts, profiles=("mobile",)))
        print("ready")
    except (Rejected, TranscodeFailed) as error:
        print(error.code)
"""
#: Opens a file with all that keeps it closed taken away, but for the walls.
CARELESS = """
import json, sys
from pathlib import Path
from youke_transcoder import limits, process
command, directory, source = json.loads(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
budget = process.Budget(
    memory=4 * 1024**3, cpu_s=60, file_size=1024**2, open_files=64, stall_s=60
)
process.run(
    command,
    budget,
    directory=directory,
    reads=[Path(source)],
    on_line=lambda line: True,
    should_stop=lambda: False,
)
"""


@dataclass(frozen=True)
class End:
    """How a file ended."""

    code: str
    detail: str = ""
    source: Probe | None = None
    manifest: Manifest | None = None


def end_of(path: Path, row: Row, out: Path) -> End:
    """Do with a file what a worker does with it."""
    try:
        with TemporaryDirectory() as beside:
            means = Means(limits=row.limits)
            _, source = inspected(path, Path(beside), means=means)
        manifest = transcode(path, out, plan(source, profiles=PHONE))
    except (Rejected, TranscodeFailed) as error:
        return End(error.code, error.detail)
    return End(READY, source=source, manifest=manifest)


@pytest.mark.parametrize("row", TABLE, ids=[row.name for row in TABLE])
def test_a_file_has_its_stated_end(row: Row, tmp_path: Path) -> None:
    path, out = row.make(tmp_path), tmp_path / "out"

    end = end_of(path, row, out)

    assert end.code == row.end, end.detail
    if end.source and end.manifest:
        assert told(end.source, row) == row.facts
        check(end.source, end.manifest, out)
    else:
        assert not out.exists() or list(out.iterdir()) == []
        assert str(tmp_path) not in end.detail


def told(source: Probe, row: Row) -> dict[str, object]:
    """What the probe says of the facts that the table states, durations rounded."""
    said = {name: getattr(source, name) for name in row.facts}
    stated = row.facts.get("duration_s")
    if isinstance(stated, float) and abs(source.duration_s - stated) < SLACK_S:
        said["duration_s"] = stated
    return said


def check(source: Probe, manifest: Manifest, out: Path) -> None:
    """Every rendition plays, is plain and upright, and tells nobody's secrets."""
    assert SECRET not in manifest.to_json()
    for rendition in manifest.renditions:
        path = out / rendition.path
        assert SECRET.encode() not in path.read_bytes()
        frames = media.play(path)
        if rendition.kind == "video":
            assert frames > 0
            check_picture(path, (rendition.width, rendition.height))
        assert rendition.duration_s == pytest.approx(source.duration_s, abs=0.1)


def check_picture(path: Path, size: tuple[int | None, int | None]) -> None:
    """Square, progressive, even, eight bits, nothing left to be turned."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frame = next(container.decode(stream))
        assert stream.sample_aspect_ratio in {None, 1}
        assert (frame.width, frame.height) == size
    assert (frame.width % 2, frame.height % 2) == (0, 0)
    assert frame.format.name == "yuv420p"
    assert not frame.interlaced_frame
    assert frame.rotation == 0


def test_no_other_file_is_opened_and_no_socket_is_made(tmp_path: Path) -> None:
    strace.require()
    sources = []
    for number, row in enumerate(REFERENCES):
        folder = tmp_path / str(number)
        folder.mkdir()
        film(name=CANARY)(folder)
        (folder / "canary.m3u8").write_text("#EXTM3U\n#EXTINF:1,\ncanary.ts\n")
        sources.append(row.make(folder))
    outs = [source.with_name("out") for source in sources]
    pairs = [str(each) for pair in zip(sources, outs, strict=True) for each in pair]

    seen = strace.run([sys.executable, "-c", WORKER, *pairs], tmp_path / "trace")

    assert seen.output.split() == [row.end for row in REFERENCES]
    assert {str(source) for source in sources} <= seen.opened
    assert [path for path in seen.opened if Path(path).name.startswith("canary.")] == [
        str(source) for source in sources if source.name.startswith("canary.")
    ]
    assert seen.sockets == []


@pytest.mark.parametrize(("sandbox", "read"), [("none", True), ("auto", False)])
def test_the_walls_alone_hide_other_files(
    sandbox: str, *, read: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same witness sees the canary read once walls and allow-lists are away."""
    strace.require()
    monkeypatch.setenv("YOUKE_SANDBOX", sandbox)
    canary = film(name=CANARY)(tmp_path)
    source = tmp_path / "lesson.mp4"
    source.write_text(f"ffconcat version 1.0\nfile '{canary}'\n")
    work = tmp_path / "work"
    work.mkdir()
    careless = [media.ffmpeg_path(), "-safe", "0", "-i", str(source), "-f", "null", "-"]
    worker = [sys.executable, "-c", CARELESS, json.dumps(careless)]

    seen = strace.run([*worker, str(work), str(source)], tmp_path / "trace")

    assert str(source) in seen.opened
    assert (str(canary) in seen.opened) is read


@pytest.mark.parametrize("sandbox", ["none", "auto"])
def test_the_witness_sees_sockets(
    sandbox: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strace.require()
    monkeypatch.setenv("YOUKE_SANDBOX", sandbox)
    source = tmp_path / "lesson.mp4"
    source.touch()
    careless = [media.ffmpeg_path(), "-i", "http://127.0.0.1:9/a.ts", "-f", "null", "-"]
    worker = [sys.executable, "-c", CARELESS, json.dumps(careless)]

    seen = strace.run([*worker, str(tmp_path), str(source)], tmp_path / "trace")

    assert any(call.startswith("socket(AF_INET") for call in seen.sockets)
