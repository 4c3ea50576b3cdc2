"""The State Council's holiday lists 国务院办公厅关于节假日安排的通知, as data.

A list comes out in autumn for the year after.  What an administrator enters later
stands above these, so that nobody has to wait for a new version of Youke.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from youke.workdays.days import DayKind, Special


@dataclass(frozen=True, kw_only=True)
class Holiday:
    """A holiday from its first to its last free day, and its make-up days."""

    name: str
    first: date
    last: date
    makeup: tuple[date, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One year's list."""

    year: int
    #: The number under which it was published.
    source: str
    holidays: tuple[Holiday, ...]

    def special(self) -> Iterator[tuple[date, Special]]:
        """Yield every date that is not what its weekday says, and the free ones."""
        for holiday in self.holidays:
            for ahead in range((holiday.last - holiday.first).days + 1):
                day = holiday.first + timedelta(days=ahead)
                yield day, self._special(DayKind.HOLIDAY, holiday)
            for day in holiday.makeup:
                yield day, self._special(DayKind.MAKEUP, holiday)

    def _special(self, kind: DayKind, holiday: Holiday) -> Special:
        return Special(kind=kind, name=holiday.name, source=self.source)


NOTICES = (
    Notice(
        year=2025,
        source="国办发明电〔2024〕12号",
        holidays=(
            Holiday(name="元旦", first=date(2025, 1, 1), last=date(2025, 1, 1)),
            Holiday(
                name="春节",
                first=date(2025, 1, 28),
                last=date(2025, 2, 4),
                makeup=(date(2025, 1, 26), date(2025, 2, 8)),
            ),
            Holiday(name="清明节", first=date(2025, 4, 4), last=date(2025, 4, 6)),
            Holiday(
                name="劳动节",
                first=date(2025, 5, 1),
                last=date(2025, 5, 5),
                makeup=(date(2025, 4, 27),),
            ),
            Holiday(name="端午节", first=date(2025, 5, 31), last=date(2025, 6, 2)),
            Holiday(
                name="国庆节、中秋节",
                first=date(2025, 10, 1),
                last=date(2025, 10, 8),
                makeup=(date(2025, 9, 28), date(2025, 10, 11)),
            ),
        ),
    ),
    Notice(
        year=2026,
        source="国办发明电〔2025〕7号",
        holidays=(
            Holiday(
                name="元旦",
                first=date(2026, 1, 1),
                last=date(2026, 1, 3),
                makeup=(date(2026, 1, 4),),
            ),
            Holiday(
                name="春节",
                first=date(2026, 2, 15),
                last=date(2026, 2, 23),
                makeup=(date(2026, 2, 14), date(2026, 2, 28)),
            ),
            Holiday(name="清明节", first=date(2026, 4, 4), last=date(2026, 4, 6)),
            Holiday(
                name="劳动节",
                first=date(2026, 5, 1),
                last=date(2026, 5, 5),
                makeup=(date(2026, 5, 9),),
            ),
            Holiday(name="端午节", first=date(2026, 6, 19), last=date(2026, 6, 21)),
            Holiday(name="中秋节", first=date(2026, 9, 25), last=date(2026, 9, 27)),
            Holiday(
                name="国庆节",
                first=date(2026, 10, 1),
                last=date(2026, 10, 7),
                makeup=(date(2026, 9, 20), date(2026, 10, 10)),
            ),
        ),
    ),
)
