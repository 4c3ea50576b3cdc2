"""Caption files of every making, and what is made of them."""

import codecs
import pickle
import re

import m3u8
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from youke_transcoder.captions import (
    MOST_BYTES,
    MOST_CUES,
    CaptionsCode,
    CaptionsRejected,
    Cue,
    parse,
    webvtt,
)
from youke_transcoder.subtitles import Subtitles, media_tags, subtitles_playlist

VTT = """WEBVTT - 光的折射
Kind: captions
X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000

STYLE
::cue { background: url(https://evil.example/) }

REGION
id:fred
width:40%

NOTE made by hand
on two lines

intro
00:01.000 --> 00:03.500 align:start position:10% line:0
<v Teacher>今天我们学习<c.yellow>光的折射</c></v>

01:00:00.000 --> 01:00:02.000
<b>Second</b> line &amp; more
on two lines
"""
SRT = """1
00:00:01,000 --> 00:00:03,500
今天我们学习<font color="#ffff00">光的折射</font>

2
01:00:00,000 --> 01:00:02,000
{\\an8}<b>Second</b> line & more
on two lines
"""
CUES = (
    Cue(1000, 3500, "今天我们学习光的折射"),
    Cue(3_600_000, 3_602_000, "<b>Second</b> line &amp; more\non two lines"),
)


def rejection(data: bytes, **more: float) -> tuple[CaptionsCode, int | None]:
    with pytest.raises(CaptionsRejected) as caught:
        parse(data, **more)
    return caught.value.code, caught.value.line


def text_of(shown: str) -> str:
    """What is made of the text of one cue, which may vanish."""
    spare = "\n\n2\n00:05,000 --> 00:06,000\nspare"
    cues = parse(f"1\n00:01,000 --> 00:02,000\n{shown}{spare}".encode())
    return "\n\n".join(cue.text for cue in cues if cue.text != "spare")


@pytest.mark.parametrize("source", [VTT, SRT], ids=["WebVTT", "SubRip"])
def test_both_formats_give_the_same_cues(source: str) -> None:
    assert parse(source.encode()) == CUES


def test_clean_webvtt_comes_out() -> None:
    assert webvtt(CUES) == (
        "WEBVTT\n"
        "X-TIMESTAMP-MAP=MPEGTS:7200,LOCAL:00:00:00.000\n"
        "\n"
        "00:00:01.000 --> 00:00:03.500\n"
        "今天我们学习光的折射\n"
        "\n"
        "01:00:00.000 --> 01:00:02.000\n"
        "<b>Second</b> line &amp; more\n"
        "on two lines\n"
    )


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
        (b"", "gb18030"),
    ],
)
@pytest.mark.parametrize("source", [VTT, SRT], ids=["WebVTT", "SubRip"])
def test_the_encoding_and_the_line_ends_are_found_out(
    source: str, mark: bytes, encoding: str, line_end: str
) -> None:
    assert parse(mark + source.replace("\n", line_end).encode(encoding)) == CUES


@pytest.mark.parametrize(
    "times",
    [
        "00:00:01,000 --> 00:00:03,500",
        "00:00:01.000 --> 00:00:03.500",
        "00:01.000 --> 00:03.500",  # hours are optional
        "0:0:1,0 --> 0:0:3,5",
        "00:00:01 --> 00:00:03,500",  # so are decimals
        "00:00:01,000-->00:00:03,500",
        "  00:00:01,000   -->   00:00:03,500  ",
        "00:00:01,000 -> 00:00:03,500",
        "00:00:01,000 --> 00:00:03,500  X1:100 X2:200 Y1:1 Y2:2",
        "００：００：０１，０００ --> ００：００：０３，５００",
    ],
)
def test_times_are_read_as_people_and_programs_write_them(times: str) -> None:
    assert parse(f"1\n{times}\nHi".encode()) == (Cue(1000, 3500, "Hi"),)


@pytest.mark.parametrize(
    "times",
    [
        "00:61:00,000 --> 00:62:00,000",
        "00:00:75,000 --> 00:00:80,000",
        "999:00:00,000 --> 999:00:01,000",
        "00:00:03,000 --> 00:00:01,000",  # ends before it begins
        "00:00:01,000 -->",
        "00:00:01,000 --> later",
        "-00:00:01,000 --> 00:00:01,000",
        "00:00:01,0000 --> 00:00:02,000",
        "0:1:2:3 --> 0:1:2:4",
    ],
)
def test_a_wrong_time_is_named_with_its_line(times: str) -> None:
    source = f"1\n00:00:00,000 --> 00:00:01,000\nA\n\n2\n{times}\nB"
    assert rejection(source.encode()) == (CaptionsCode.BAD_TIME, 6)


def test_numbers_and_blank_lines_may_be_missing_or_too_many() -> None:
    source = (
        "\n\n00:01,000 --> 00:02,000\nOne\n\nmore of one\n"
        "00:02,000 --> 00:03,000\nTwo\n3\n00:03,000 --> 00:04,000\n3\n\n\n\n"
        "7\n00:04,000 --> 00:05,000\n\n\n8\n00:05,000 --> 00:06,000\n2026"
    )
    assert [cue.text for cue in parse(source.encode())] == [
        *("One\nmore of one", "Two", "3", "2026")
    ]


def test_cues_come_in_order_and_may_overlap() -> None:
    source = (
        "00:05,000 --> 00:06,000\nthird\n\n"
        "00:01,000 --> 00:09,000\nfirst\n\n"
        "00:02,000 --> 00:03,000\nsecond\n\n"
        "00:02,000 --> 00:03,000\nsecond\n\n"
        "00:07,000 --> 00:07,000\nof no length\n"
    )
    assert [cue.text for cue in parse(source.encode())] == ["first", "second", "third"]


def test_cues_end_with_the_lesson() -> None:
    source = b"1\n00:01,0 --> 00:99:00,0\n"
    assert rejection(source, duration_s=60) == (CaptionsCode.BAD_TIME, 2)
    source = (
        b"1\n00:01,0 --> 00:05,0\nA\n\n2\n00:58,0 --> 01:10,0\nB\n\n"
        b"3\n01:00,0 --> 01:10,0\nC\n"
    )
    assert parse(source, duration_s=60.0) == (
        Cue(1000, 5000, "A"),
        Cue(58_000, 60_000, "B"),
    )


def test_captions_of_another_lesson_are_noticed() -> None:
    source = b"1\n10:00,0 --> 10:05,0\nA\n"
    assert rejection(source, duration_s=60) == (CaptionsCode.BEYOND_THE_END, None)


@pytest.mark.parametrize(
    ("shown", "cleaned"),
    [
        ("plain", "plain"),
        (
            "<i>i</i> <B>b</B> <u class='x' onclick=alert(1)>u</u>",
            "<i>i</i> <b>b</b> <u>u</u>",
        ),
        ("<script>alert('x')</script>Hello", "Hello"),
        ("<SCRIPT src=//evil>alert(1)", ""),
        ("a<style>::cue{}</style>b", "ab"),
        ("<scr<script>ipt>alert(1)</script>", "&lt;scr"),
        ("<img src=x onerror=alert(1)>picture", "picture"),
        ("<a href='javascript:alert(1)'>here</a>", "here"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<b>over\nlines</b>", "<b>over</b>\n<b>lines</b>"),
        ("<b>not closed", "<b>not closed</b>"),
        ("<b><i>crossed</b></i>", "<b><i>crossed</i></b>"),
        ("stray</b> <c.red.bg>c</c> <00:01.500>karaoke", "stray c karaoke"),
        ("<v 王老师>好<lang en>good</lang>", "好good"),
        ("<ruby>汉<rt>hàn</rt></ruby>", "汉hàn"),
        ("x<y 且 y>z, 1 < 2 > 0, a<=b", "x&lt;y 且 y&gt;z, 1 &lt; 2 &gt; 0, a&lt;=b"),
        ("2H2 + O2 --> 2H2O", "2H2 + O2 --&gt; 2H2O"),
        (
            "Q&A &amp; &lt;b&gt; &#20320; &copy; &nope;",
            "Q&amp;A &amp; &lt;b&gt; 你 © &amp;nope;",
        ),
        ("{\\an8}{\\i1}top{\\i0} {set} {\\x{\\y}", "top {set} \\x"),
        ("bell\x07 \x1b[31mred", "bell [31mred"),
        ("a\u2028b\tc", "a\nb c"),
        ("  \u00a0 \n<b> </b>\n  edge  ", "edge"),
        ("<i></i>", ""),
    ],
)
def test_only_text_and_three_marks_are_left(shown: str, cleaned: str) -> None:
    assert text_of(shown) == cleaned


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", CaptionsCode.EMPTY),
        (codecs.BOM_UTF8 + b" \r\n\r\n", CaptionsCode.EMPTY),
        (b"WEBVTT\n\nNOTE nothing\n", CaptionsCode.NO_CUES),
        (b"just text", CaptionsCode.NO_CUES),
        (b"[Script Info]\nDialogue: 0,0:00:01.00,0:00:02.00,,Hi", CaptionsCode.NO_CUES),
        (b"[00:01.00]la la", CaptionsCode.NO_CUES),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", CaptionsCode.NOT_TEXT),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", CaptionsCode.NOT_TEXT),
        (b"PK\3\4" + b"\xff\xfe\0\1" * 50, CaptionsCode.NOT_TEXT),
        (b"\xff\xff\xff --> ", CaptionsCode.NOT_TEXT),
        (b"\xff\xfe\x00\xd8", CaptionsCode.NOT_TEXT),  # half a character
        (b" " * (MOST_BYTES + 1), CaptionsCode.TOO_LARGE),
    ],
)
def test_what_is_no_caption_file_is_refused(data: bytes, code: CaptionsCode) -> None:
    assert rejection(data) == (code, None)


def test_a_hundred_thousand_cues_are_too_many_or_too_large() -> None:
    one = b"0:1-->0:2\na\n"
    code, line = rejection(one * (MOST_BYTES // len(one)))
    assert (code, line) == (CaptionsCode.TOO_MANY, 2 * MOST_CUES + 1)
    assert rejection(one * 100_000) == (CaptionsCode.TOO_LARGE, None)


def test_a_cue_of_a_whole_book_is_refused() -> None:
    source = b"1\n00:01,0 --> 00:02,0\nfine\n\n2\n00:02,0 --> 00:03,0\n" + b"a" * 2001
    assert rejection(source) == (CaptionsCode.CUE_TOO_LONG, 6)
    braces = b"00:01,0 --> 00:02,0\n" + b"{" * 900_000
    assert rejection(braces) == (CaptionsCode.CUE_TOO_LONG, 1)


def test_a_rejection_survives_the_way_between_processes() -> None:
    copy = pickle.loads(pickle.dumps(CaptionsRejected(CaptionsCode.BAD_TIME, 3)))  # noqa: S301  our own bytes
    assert (copy.code, copy.line) == (CaptionsCode.BAD_TIME, 3)
    assert str(copy) == "captions_bad_time in line 3"


PIECES = st.sampled_from(
    [
        *("WEBVTT\n", "\n", "\n\n", "\r\n", "1\n", "NOTE x\n", "STYLE\n", "\ufeff"),
        *("00:00:01.000 --> 00:00:02.000\n", "00:01,5 --> 99:59:59,999 line:0\n"),
        *("<b>", "</b>", "<i.x>", "<script>", "</script>", "<v 王>", "<", ">", "-->"),
        *("&amp;", "&lt;", "&#10;", "&#123;", "&", ";", "{", "\\", "{\\an8}", "}"),
        *("光", "text", " ", "\u00a0", "\u2028", "\0", "\x0b", "<br>", "7"),
    ]
)
FILES = st.one_of(
    st.lists(PIECES, max_size=40).map("".join).map(str.encode),
    st.lists(PIECES, max_size=20).map(lambda p: "".join(p).encode("utf-16")),
    st.lists(PIECES, max_size=20).map(
        lambda p: ("00:01,0 --> 00:02,0\n" + "".join(p)).encode("gb18030")
    ),
    st.text().map(lambda t: f"00:01,0 --> 00:02,0\n{t}".encode("utf-8", "replace")),
    st.binary(),
)


@settings(deadline=None)
@given(FILES)
@example(b"WEBVTT\n0:1-->0:2\n{<c>\\an8}</c>")
@example(b"0:1-->0:2\n{{\\a}\\b}&am<c>p;lt;")
@example(b"0:1-->0:2\n<b>\n</b>x")
def test_whatever_comes_is_refused_or_becomes_webvtt_that_stays_as_it_is(
    data: bytes,
) -> None:
    try:
        cues = parse(data)
    except CaptionsRejected as error:
        assert error.line is None or error.line >= 1  # noqa: PT017  a verdict is fine
        return
    written = webvtt(cues)
    assert parse(written.encode()) == cues
    assert webvtt(parse(written.encode())) == written
    for cue in cues:
        assert set(re.findall("<[^>]*>", cue.text)) <= {
            *("<b>", "</b>", "<i>", "</i>", "<u>", "</u>")
        }
        assert 0 <= cue.start_ms < cue.end_ms


def test_the_tracks_are_a_group_that_nobody_is_shown_unasked() -> None:
    tracks = [
        Subtitles(language="zh-Hans", name="简体中文", uri="zh-Hans.m3u8?token=a"),
        Subtitles(language="en", name="English", uri="en.m3u8?token=a"),
    ]
    stream = '#EXT-X-STREAM-INF:BANDWIDTH=1,SUBTITLES="captions"\nv.m3u8'
    main = m3u8.loads("\n".join(["#EXTM3U", *media_tags(tracks), stream]))

    assert [(m.language, m.name, m.uri, m.default) for m in main.media] == [
        ("zh-Hans", "简体中文", "zh-Hans.m3u8?token=a", "NO"),
        ("en", "English", "en.m3u8?token=a", "NO"),
    ]
    assert {m.type for m in main.media} == {"SUBTITLES"}
    assert main.playlists[0].stream_info.subtitles == "captions"
    assert media_tags([]) == []


def test_a_tracks_playlist_is_one_segment_as_long_as_the_lesson() -> None:
    playlist = m3u8.loads(subtitles_playlist("https://s3/x.vtt?a=1", 61.28))
    (segment,) = playlist.segments
    assert (segment.uri, segment.duration) == ("https://s3/x.vtt?a=1", 61.28)
    assert playlist.target_duration == 62
    assert playlist.is_endlist


@pytest.mark.parametrize("name", ['a"b', "a\nb", ""])
def test_a_name_cannot_leave_its_place(name: str) -> None:
    with pytest.raises(ValueError, match="not a value"):
        media_tags([Subtitles(language="en", name=name, uri="x")])
    with pytest.raises(ValueError, match="not a value"):
        subtitles_playlist(name, 1)
