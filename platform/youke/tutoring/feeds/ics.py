"""Sessions as an iCalendar file (RFC 5545): pure, the same input, the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from icalendar import Calendar, Event, Timezone, vDuration, vText

from youke.kernel.clock import LOCAL_ZONE

PRODUCT = "-//Youke//Tutoring//ZH"
#: How often calendars shall look again (RFC 7986, section 5.7).
LOOK_AGAIN = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One session as a calendar shows it."""

    session_id: UUID
    starts_at: datetime
    ends_at: datetime
    summary: str
    url: str
    #: Grows with every change, so that calendars know which version is newer.
    sequence: int
    changed_at: datetime
    cancelled: bool = False
    tentative: bool = False

    @property
    def status(self) -> str:
        """Return the status by RFC 5545, section 3.8.1.11."""
        if self.cancelled:
            return "CANCELLED"
        return "TENTATIVE" if self.tentative else "CONFIRMED"


def calendar(name: str, entries: Sequence[Entry]) -> bytes:
    """Return the calendar; cancelled sessions stay in it, marked as such."""
    whole = Calendar()
    whole.add("prodid", PRODUCT)
    whole.add("version", "2.0")
    whole.add("method", "PUBLISH")
    whole.add("name", name)
    whole.add("x-wr-calname", name)
    whole.add("refresh-interval", vDuration(LOOK_AGAIN), {"VALUE": "DURATION"})
    whole.add_component(Timezone.from_tzinfo(LOCAL_ZONE))
    for entry in entries:
        whole.add_component(_event(entry))
    content: bytes = whole.to_ical()
    return content


def _event(entry: Entry) -> Event:
    event = Event()
    # Stable for ever: a moved session is the same event at another time.
    event.add("uid", vText(f"{entry.session_id}@youke"))
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.sequence)
    event.add("status", entry.status)
    event.add("dtstart", entry.starts_at.astimezone(LOCAL_ZONE))
    event.add("dtend", entry.ends_at.astimezone(LOCAL_ZONE))
    event.add("summary", entry.summary)
    event.add("url", entry.url)
    return event
