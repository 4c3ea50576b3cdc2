"""Values survive being stored, also those that an older engine stored."""

import json
from typing import Any

from youke_transcoder import ByteRange, Manifest, Piece, Rendition, Score, Segment

STORED: dict[str, Any] = {
    "name": "720p",
    "profiles": ["web"],
    "kind": "video",
    "container": "fmp4",
    "path": "720p.mp4",
    "width": 1280,
    "height": 720,
    "fps": 25.0,
    "codecs": "avc1.64001f,mp4a.40.2",
    "bandwidth": 2_000_000,
    "average_bandwidth": 1_500_000,
    "size": 3000,
    "sha256": "0" * 64,
    "duration_s": 12.0,
    "init": {"offset": 0, "length": 800},
    "segments": [{"duration_s": 12.0, "offset": 800, "length": 2200}],
}


def test_a_rendition_that_an_older_engine_stored_still_loads() -> None:
    rendition = Rendition.from_dict(STORED)

    assert rendition.segments == (Segment(12.0, 800, 2200),)
    assert rendition.score is None
    assert rendition.i_frames == ()


def test_a_rendition_that_a_newer_engine_stored_loads_as_well() -> None:
    assert Rendition.from_dict(STORED | {"loudness": -23}) == Rendition.from_dict(
        STORED
    )


def test_a_rendition_survives_json() -> None:
    score = {"metric": "vmaf", "mean": 95.0, "low": 90.0}
    frames = [{"duration_s": 2.0, "offset": 800, "length": 90}]
    rendition = Rendition.from_dict(STORED | {"score": score, "i_frames": frames})

    stored = json.loads(json.dumps(rendition.to_dict()))

    assert Rendition.from_dict(stored) == rendition
    assert rendition.score == Score(metric="vmaf", mean=95.0, low=90.0)


def test_a_piece_survives_json() -> None:
    piece = Piece(
        rendition="720p",
        index=3,
        path="720p-00003.mp4",
        start_s=72.0,
        width=1280,
        height=720,
        codecs="avc1.64001f",
        init=ByteRange(0, 800),
        segments=(Segment(6.0, 800, 1000), Segment(6.0, 1800, 900)),
        size=2700,
        sha256="0" * 64,
    )

    assert Piece.from_dict(json.loads(json.dumps(piece.to_dict()))) == piece
    assert piece.duration_s == 12


def test_a_manifest_without_a_storyboard_still_loads() -> None:
    source = {
        "container": "mov,mp4",
        "size": 1,
        "duration_s": 12.0,
        "video_end_s": 12.0,
        "width": 1280,
        "height": 720,
        "frame_rate": "25",
        "variable_fps": False,
        "video_codec": "h264",
        "pix_fmt": "yuv420p",
        "bit_depth": 8,
        "hdr": False,
        "rgb": False,
        "interlaced": False,
        "rotation": 0,
        "video_index": 0,
        "audio_index": 1,
        "audio_codec": "aac",
    }

    manifest = Manifest.from_dict(
        {"source": source, "poster": "poster.jpg", "renditions": [STORED]}
    )

    assert manifest.storyboard is None
    assert not manifest.source.seekable
