"""Numbers and times read as a reader of the language expects them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from youke.kernel import clock as clocks
from youke.web import filters

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai, a Monday


@pytest.fixture(autouse=True)
def _fixed_clock() -> Iterator[None]:
    clocks.set_clock(lambda: NOON)
    yield
    clocks.set_clock(None)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (59.9, "0:59"), (754, "12:34"), (3754, "1:02:34"), (None, "0:00")],
)
def test_a_duration_shows_hours_only_when_there_are_any(
    seconds: float | None, text: str
) -> None:
    assert filters.duration(seconds) == text


@pytest.mark.parametrize(
    ("number", "locale", "text"),
    [
        (9_999, "zh_Hans", "9,999"),
        (12_345, "zh_Hans", "1.2万"),
        (20_000, "zh_Hans", "2万"),
        (123_456_789, "zh_Hans", "1.2亿"),
        (999, "en", "999"),
        (12_345, "en", "12.3k"),
        (1_999_999, "en", "1.9M"),
        (None, "en", "0"),
    ],
)
def test_a_count_is_cut_in_the_units_of_the_language(
    number: int | None, locale: str, text: str
) -> None:
    assert filters.count(number, locale) == text


def test_times_are_those_of_the_schools_not_of_the_server() -> None:
    assert filters.clock(NOON, "zh_Hans") == "12:00"
    assert filters.local_day(NOON, "zh_Hans") == "11月23日 星期一"
    assert filters.local_day(NOON, "en") == "Mon, Nov 23"


def test_the_year_appears_when_it_is_another_one() -> None:
    assert filters.local_datetime(NOON, "zh_Hans") == "11月23日 12:00"
    last_year = NOON - timedelta(days=365)
    assert filters.local_datetime(last_year, "zh_Hans") == "2025年11月23日 12:00"
    assert filters.local_day(last_year, "zh_Hans") == "2025年11月23日 星期日"
    assert filters.local_day(last_year, "en") == "Sun, Nov 23, 2025"


@pytest.mark.parametrize(
    ("passed", "zh", "en"),
    [
        (timedelta(seconds=20), "刚刚", "just now"),
        (timedelta(minutes=5), "5分钟前", "5 minutes ago"),
        (timedelta(days=2), "2天前", "2 days ago"),
        (timedelta(days=30), "10月24日", "Oct 24"),
    ],
)
def test_how_long_ago_turns_into_a_date_after_a_week(
    passed: timedelta, zh: str, en: str
) -> None:
    assert filters.ago(NOON - passed, "zh_Hans") == zh
    assert filters.ago(NOON - passed, "en") == en


def test_a_file_size_has_a_unit_that_reads_well() -> None:
    sizes = [0, 1023, 1536, 5 * 1024**2, 3 * 1024**3]
    assert [filters.filesize(size) for size in sizes] == [
        *("0 B", "1023 B", "1.5 KB", "5.0 MB", "3.00 GB")
    ]


def test_every_subject_of_the_catalogue_has_a_hue_and_keeps_it() -> None:
    assert filters.tone("math") == "azure"
    assert filters.tone("a new subject") == filters.tone("a new subject")
    assert filters.tone("a new subject") in filters.TONES


def test_the_query_string_leaves_out_what_is_not_set() -> None:
    query = filters.merge({"q": "光", "grade": "8", "sort": None}, {"grade": ""})
    assert filters.urlencode_set(query) == "q=%E5%85%89&grade="
