"""An engine: a video file in, renditions for TV, web and phone out.

    source = probe(path)
    recipe = plan(source, profiles=("tv", "web", "mobile"))
    manifest = transcode(path, out_dir, recipe)

It knows nothing of the platform. Importing it is cheap: PyAV and ffmpeg-python are
loaded only where they work, PyAV only in child processes.
"""

from youke_transcoder.errors import (
    Cancelled,
    FailureCode,
    Rejected,
    RejectionCode,
    TranscodeFailed,
    TranscoderError,
)
from youke_transcoder.limits import Limits
from youke_transcoder.model import (
    ByteRange,
    Chunk,
    Manifest,
    Piece,
    Probe,
    Rendition,
    Score,
    Segment,
)
from youke_transcoder.planning import in_one_piece, plan
from youke_transcoder.probing import probe
from youke_transcoder.recipes import Choice, Recipe, Rung
from youke_transcoder.running import Means
from youke_transcoder.transcoding import transcode, transcode_source

__all__ = [
    "ByteRange",
    "Cancelled",
    "Choice",
    "Chunk",
    "FailureCode",
    "Limits",
    "Manifest",
    "Means",
    "Piece",
    "Probe",
    "Recipe",
    "Rejected",
    "RejectionCode",
    "Rendition",
    "Rung",
    "Score",
    "Segment",
    "TranscodeFailed",
    "TranscoderError",
    "in_one_piece",
    "plan",
    "probe",
    "transcode",
    "transcode_source",
]
