"""The table of awkward and hostile media: every row has its stated end."""

from media_hostile import BOMBS, BROKEN, NOT_FILMS, RARE
from media_pictures import CODECS, COLOURS, RATES, SHAPES
from media_references import REFERENCES
from media_streams import CHANGES, CONTAINERS, SOUND, STREAMS, TIMES

HOSTILE = (*REFERENCES, *NOT_FILMS, *BROKEN, *BOMBS, *RARE)
AWKWARD = (
    *SHAPES,
    *COLOURS,
    *CODECS,
    *RATES,
    *SOUND,
    *STREAMS,
    *CONTAINERS,
    *TIMES,
    *CHANGES,
)
TABLE = (*HOSTILE, *AWKWARD)
