"""Jinja filters: numbers and times as a reader of the language expects them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from urllib.parse import urlencode
from zlib import crc32

from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_decimal
from jinja2 import Environment

from youke.kernel import clock as clocks

#: The hues of the style sheet; a subject without its own gets one by its code.
TONES = (
    *("cinnabar", "azure", "violet", "indigo", "teal", "leaf", "umber"),
    *("olive", "crimson", "sky", "plum", "amber", "slate"),
)
TONE_OF = {
    "chinese": "cinnabar",
    "maths": "azure",
    "math": "azure",
    "mathematics": "azure",
    "english": "violet",
    "physics": "indigo",
    "chemistry": "teal",
    "biology": "leaf",
    "history": "umber",
    "geography": "olive",
    "politics": "crimson",
    "morality": "crimson",
    "ethics": "crimson",
    "science": "sky",
    "music": "plum",
    "art": "amber",
    "arts": "amber",
    "pe": "leaf",
    "it": "slate",
    "ict": "slate",
    "labour": "umber",
    "psychology": "plum",
}
WEEK_S = 7 * 24 * 3600


def install_filters(env: Environment, locale: Callable[[], str]) -> None:
    """Register the filters; `locale` says the language of the present reader."""
    env.filters["duration"] = duration
    env.filters["tone"] = tone
    env.filters["glyph"] = glyph
    env.filters["filesize"] = filesize
    env.filters["merge"] = merge
    env.filters["urlencode_set"] = urlencode_set
    env.filters["clock"] = lambda moment: clock(moment, locale())
    env.filters["local_datetime"] = lambda moment: local_datetime(moment, locale())
    env.filters["local_day"] = lambda moment: local_day(moment, locale())
    env.filters["count"] = lambda number: count(number, locale())
    env.filters["ago"] = lambda moment: ago(moment, locale())


def duration(seconds: float | None) -> str:
    """Return seconds as a player shows them: 754 becomes 12:34, 3754 1:02:34."""
    total = max(int(seconds or 0), 0)
    hours, minutes = total // 3600, total % 3600 // 60
    if hours:
        return f"{hours}:{minutes:02}:{total % 60:02}"
    return f"{minutes}:{total % 60:02}"


def clock(moment: datetime, locale: str) -> str:
    """Return the local time of day, as 14:30."""
    return format_time(clocks.local(moment), "HH:mm", locale=locale)


def local_day(moment: datetime, locale: str) -> str:
    """Return the local day with its weekday, as 11月28日 星期六 or Sat, Nov 28.

    The year is there only when it is not the present one.
    """
    day = clocks.local(moment).date()
    year = "" if day.year == clocks.local(clocks.now()).year else "y"
    chinese = {"": "M月d日 EEEE", "y": "y年M月d日 EEEE"}
    other = {"": "EEE, MMM d", "y": "EEE, MMM d, y"}
    pattern = (chinese if locale.startswith("zh") else other)[year]
    return format_date(day, pattern, locale=locale)


def local_datetime(moment: datetime, locale: str) -> str:
    """Return local day and time; the year only when it is not the present one."""
    here, now = clocks.local(moment), clocks.local(clocks.now())
    year = "" if here.year == now.year else "y"
    chinese = {"": "M月d日 HH:mm", "y": "y年M月d日 HH:mm"}
    other = {"": "MMM d, HH:mm", "y": "MMM d, y, HH:mm"}
    pattern = (chinese if locale.startswith("zh") else other)[year]
    return format_datetime(here, pattern, locale=locale)


def ago(moment: datetime, locale: str) -> str:
    """Return how long ago it was, or the date when that is more than a week."""
    passed = moment - clocks.now()
    if abs(passed.total_seconds()) > WEEK_S:
        return _short_date(clocks.local(moment).date(), locale)
    if abs(passed.total_seconds()) < 60:  # noqa: PLR2004  seconds in a minute
        return "刚刚" if locale.startswith("zh") else "just now"
    return format_timedelta(passed, add_direction=True, locale=locale)


def _short_date(day: date, locale: str) -> str:
    this_year = day.year == clocks.local(clocks.now()).year
    if locale.startswith("zh"):
        pattern = "M月d日" if this_year else "y年M月d日"
    else:
        pattern = "MMM d" if this_year else "MMM d, y"
    return format_date(day, pattern, locale=locale)


def count(number: int | None, locale: str) -> str:
    """Return a count short enough for a card: 12345 becomes 1.2万 or 12.3k."""
    value = number or 0
    units = (
        ((10**8, "亿"), (10**4, "万"))
        if locale.startswith("zh")
        else ((10**6, "M"), (10**3, "k"))
    )
    for size, unit in units:
        if value >= size:
            return f"{_one_decimal(value, size)}{unit}"
    return format_decimal(value, locale=locale)


def _one_decimal(value: int, size: int) -> str:
    """Cut, never round up: 9,999 likes are not yet 1万."""
    tenths = value * 10 // size
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)


def filesize(size: float | None) -> str:
    """Return bytes in the unit that reads well: 1536 becomes 1.5 KB."""
    value = float(size or 0)
    for unit in ("B", "KB", "MB"):
        if value < 1024:  # noqa: PLR2004  bytes in a kilobyte
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.2f} GB"


def tone(code: str | None) -> str:
    """Return the hue of a subject (or of any name), always the same for a code."""
    key = (code or "").lower()
    return TONE_OF.get(key) or TONES[crc32(key.encode()) % len(TONES)]


def glyph(name: str | None) -> str:
    """Return the one character that stands for a name: 数学 becomes 数."""
    return (name or "·").strip()[:1].upper() or "·"


def urlencode_set(query: Mapping[str, object]) -> str:
    """Return a query string of the parameters that are set, to "" as well."""
    return urlencode({k: v for k, v in query.items() if v is not None})


def merge(
    mapping: Mapping[str, object], change: Mapping[str, object]
) -> dict[str, object]:
    """Return a mapping with some entries replaced."""
    return {**mapping, **change}
