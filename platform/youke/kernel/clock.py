"""The only place that asks what time it is, so that tests can say it."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

#: Where the schools are: times are stored in UTC and shown in this zone.
LOCAL_ZONE = ZoneInfo("Asia/Shanghai")


def _system_now() -> datetime:
    return datetime.now(UTC)


_now: Callable[[], datetime] = _system_now


def now() -> datetime:
    """Return the present moment in UTC."""
    return _now()


def set_clock(source: Callable[[], datetime] | None) -> None:
    """Replace the clock (tests); None brings the system's back."""
    global _now  # noqa: PLW0603  one process-wide clock is the point of this module
    _now = source or _system_now


def local(moment: datetime) -> datetime:
    """Return the moment in the schools' time zone."""
    return moment.astimezone(LOCAL_ZONE)
