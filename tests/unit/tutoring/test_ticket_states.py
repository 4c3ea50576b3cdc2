"""Which way a ticket may go, and where a session stands by the clock."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from youke.kernel.errors import IllegalTransitionError
from youke.tutoring.states import SessionPhase, TicketState, phase_at

ALLOWED = {
    ("waiting", "active"),
    ("waiting", "left"),
    # Its session is cancelled, or ends before its turn.
    ("waiting", "unreached"),
    # From the desk it is answered, put back, or closed after two absences.
    ("active", "answered"),
    ("active", "waiting"),
    ("active", "closed"),
}
PAIRS = list(itertools.product(TicketState, TicketState))
START = datetime(2026, 11, 28, 6, tzinfo=UTC)
END = START + timedelta(hours=2)
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(("present", "wanted"), PAIRS)
def test_a_ticket_goes_only_where_the_table_says(
    present: TicketState, wanted: TicketState
) -> None:
    if (present.value, wanted.value) in ALLOWED:
        assert present.to(wanted) is wanted
    else:
        with pytest.raises(IllegalTransitionError):
            present.to(wanted)


@pytest.mark.parametrize(
    ("moment", "phase"),
    [
        (START - INSTANT, SessionPhase.UPCOMING),
        (START, SessionPhase.RUNNING),
        (END - INSTANT, SessionPhase.RUNNING),
        (END, SessionPhase.OVER),
    ],
)
def test_a_session_runs_from_its_start_until_just_before_its_end(
    moment: datetime, phase: SessionPhase
) -> None:
    assert phase_at(moment, START, END) is phase
