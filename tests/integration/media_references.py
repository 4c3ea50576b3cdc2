"""Files that name another file or an address, in the hope that we go there."""

from functools import partial
from pathlib import Path

from media_bytes import Change, address, alias, referring, rewrite
from media_rows import Row, film, written

#: What they name lies beside them under this name.
CANARY = "canary.ts"
#: Nobody has to listen: the attempt would be seen.
WEB = "http://127.0.0.1:9/canary.ts"

HLS = "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\n{}\n#EXT-X-ENDLIST\n"
KEYED = HLS.replace("#EXTINF", '#EXT-X-KEY:METHOD=AES-128,URI="{}"\n#EXTINF', 1)
MASTER = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{}\n"
CONCAT = "ffconcat version 1.0\nfile '{}'\n"
DASH = (
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"'
    ' mediaPresentationDuration="PT4S"><Period><AdaptationSet mimeType="video/mp4">'
    '<Representation id="1" bandwidth="1"><BaseURL>{}</BaseURL>'
    "</Representation></AdaptationSet></Period></MPD>"
)
SDP = (
    "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=a\nc=IN IP4 127.0.0.1\nt=0 0\n"
    "m=video 9998 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><image href="{}"/></svg>'
ASX = '<asx version="3.0"><entry><ref href="{}"/></entry></asx>'
SMIL = '<smil><body><video src="{}"/></body></smil>'
REFERENCE = "[Reference]\nRef1={}\n"
VOBSUB = "# VobSub index file, v7 (do not modify this line!)\n# {}\n"

FILE = "file:{directory}/" + CANARY
UNREADABLE = "unsupported_format"


def told(form: str, *places: str) -> str:
    """Write the places into a form."""
    for place in places:
        form = form.replace("{}", place, 1)
    return form


def text(name: str, form: str, *places: str, file: str = "lesson.mp4") -> Row:
    """Name places in a text that looks like a film by its name."""
    return Row(name=name, make=written(told(form, *places), file), end=UNREADABLE)


def pointing(directory: Path, *, to: str, name: str = "lesson.mov") -> Path:
    """Draw a film whose data reference says that its pictures lie elsewhere."""
    canary = directory / CANARY
    changes: dict[str, Change] = {
        "alias": referring(alias(canary)),
        "relative": referring(alias(Path(CANARY))),
        "file": referring(address(f"file://{canary}")),
        "web": referring(address(WEB)),
    }
    return rewrite(film(name=name)(directory), changes[to])


REFERENCES = (
    text("M1 playlist to a file", HLS, FILE),
    text("M1 playlist to a name beside it", HLS, CANARY),
    text("M1 playlist of playlists", MASTER, "file:{directory}/canary.m3u8"),
    text("M1 playlist under its own name", HLS, FILE, file="lesson.m3u8"),
    text("M1 playlist with a key in a file", KEYED, FILE, CANARY),
    text("M2 playlist to an address", HLS, WEB),
    text("M3 playlist that joins both", HLS, f"concat:{WEB}|{FILE}"),
    text("M3 playlist through subfile", HLS, f"subfile,,start,0,end,9,,:{FILE}"),
    text("M4 concat to a file", CONCAT, FILE),
    text("M4 concat to a name beside it", CONCAT, CANARY),
    text("M4 concat to an address", CONCAT, WEB),
    text("M5 DASH to a file", DASH, FILE),
    text("M5 DASH to an address", DASH, WEB, file="lesson.mpd"),
    text("M6 SDP", SDP),
    text("SVG with a picture from a file", SVG, FILE, file="lesson.svg"),
    text("ASX", ASX, WEB, file="lesson.wmv"),
    text("SMIL", SMIL, FILE),
    text("ASF reference", REFERENCE, WEB, file="lesson.asf"),
    text("VobSub index", VOBSUB, CANARY, file="canary.idx"),
    text("filter graph", "movie={}", FILE, file="lesson.lavfi"),
    Row(
        name="QuickTime alias to a file",
        make=partial(pointing, to="alias"),
        end="unreadable",
    ),
    Row(
        name="QuickTime alias beside it",
        make=partial(pointing, to="relative"),
        end="unreadable",
    ),
    Row(
        name="MP4 data reference to a file",
        make=partial(pointing, to="file", name="lesson.mp4"),
        end="ready",
    ),
    Row(
        name="MP4 data reference to an address",
        make=partial(pointing, to="web", name="lesson.mp4"),
        end="ready",
    ),
)
