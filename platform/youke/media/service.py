"""What other features may ask of media."""

from youke.media.deletion import delete_lesson
from youke.media.encodings import current as current_encoding
from youke.media.encodings import describe_work
from youke.media.parts import part_sizes
from youke.media.playback import (
    PlaybackLinks,
    media_description,
    poster_url,
    still_growing,
)
from youke.media.uploads import begin as begin_upload
from youke.media.uploads import complete as complete_upload
from youke.media.uploads import open_upload
from youke.media.uploads import plan as plan_upload

__all__ = [
    "PlaybackLinks",
    "begin_upload",
    "complete_upload",
    "current_encoding",
    "delete_lesson",
    "describe_work",
    "media_description",
    "open_upload",
    "part_sizes",
    "plan_upload",
    "poster_url",
    "still_growing",
]
