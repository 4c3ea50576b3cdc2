from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session
from tutoring_cast import SATURDAY, Cast

from youke.accounts.service import Person
from youke.catalogue.service import UnknownGradeError, UnknownSubjectError
from youke.kernel import clock
from youke.tutoring import service
from youke.tutoring.errors import (
    NotATutorError,
    OnlyOwnSessionsError,
    SessionEndsTooEarlyError,
    SessionTooLongError,
    TutorBusyError,
)
from youke.tutoring.service import SessionDraft, SessionFilter, TutoringSession

HOUR = timedelta(hours=1)


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast(session)


@pytest.fixture
def at_the_end() -> Iterator[None]:
    """Let it be the moment at which the session of SATURDAY ends."""
    clock.set_clock(lambda: SATURDAY + 2 * HOUR)
    yield
    clock.set_clock(None)


def publish(cast: Cast, publisher: Person, **changes: Any) -> TutoringSession:
    draft: dict[str, Any] = {
        "subject": "math",
        "grades": [5],
        "starts_at": SATURDAY,
        "ends_at": SATURDAY + 2 * HOUR,
        "capacity": 10,
        "tutors": [publisher.username],
    }
    draft |= changes
    return service.publish_session(cast.session, publisher, SessionDraft(**draft))


def test_an_administrator_names_tutors_by_name_or_identifier(cast: Cast) -> None:
    first, second = cast.tutor(), cast.tutor()
    tutors = [first.username, str(second.id), first.username]
    published = publish(cast, cast.admin(), tutors=tutors)
    found = service.tutors_of(cast.session, {published.id})
    assert found[published.id] == sorted([first.id, second.id])


def test_grades_come_by_number_or_name_each_once(cast: Cast) -> None:
    published = publish(cast, cast.tutor(), grades=["六年级", "5", 6, "高一"])
    assert published.grades == [5, 6, 10]


def test_a_tutor_publishes_only_own_sessions(cast: Cast) -> None:
    tutor, colleague = cast.tutor(), cast.tutor()
    assert publish(cast, tutor).published_by == tutor.id
    for tutors in ([colleague.username], [tutor.username, colleague.username]):
        with pytest.raises(OnlyOwnSessionsError):
            publish(cast, tutor, tutors=tutors)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"ends_at": SATURDAY}, SessionEndsTooEarlyError),
        ({"ends_at": SATURDAY - HOUR}, SessionEndsTooEarlyError),
        ({"ends_at": SATURDAY + 12 * HOUR + timedelta(seconds=1)}, SessionTooLongError),
        ({"subject": "alchemy"}, UnknownSubjectError),
        ({"grades": [5, 13]}, UnknownGradeError),
        ({"tutors": ["nobody"]}, NotATutorError),
    ],
)
def test_a_session_that_makes_no_sense_is_refused(
    cast: Cast, wrong: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        publish(cast, cast.tutor(), **wrong)


def test_a_person_without_the_role_is_no_tutor(cast: Cast) -> None:
    with pytest.raises(NotATutorError):
        publish(cast, cast.admin(), tutors=[cast.student().username])


@pytest.mark.parametrize("shift", [-2 * HOUR + timedelta(minutes=1), HOUR, 0 * HOUR])
def test_a_tutor_cannot_be_in_two_sessions_at_once(
    cast: Cast, shift: timedelta
) -> None:
    tutor = cast.tutor()
    publish(cast, tutor)
    with pytest.raises(TutorBusyError) as refused:
        publish(
            cast,
            tutor,
            starts_at=SATURDAY + shift,
            ends_at=SATURDAY + shift + 2 * HOUR,
        )
    assert refused.value.data == {"tutor": tutor.name}


def test_one_session_may_begin_when_the_other_ends(cast: Cast) -> None:
    tutor = cast.tutor()
    publish(cast, tutor)
    end = SATURDAY + 2 * HOUR
    assert publish(cast, tutor, starts_at=end, ends_at=end + HOUR).starts_at == end


def test_two_tutors_have_sessions_at_the_same_time(cast: Cast) -> None:
    assert publish(cast, cast.tutor()).id != publish(cast, cast.tutor()).id


def test_sessions_are_listed_by_start_subject_and_time(cast: Cast) -> None:
    tutor = cast.tutor()
    later = publish(
        cast, tutor, starts_at=SATURDAY + 3 * HOUR, ends_at=SATURDAY + 4 * HOUR
    )
    sooner = publish(cast, tutor)
    other = publish(cast, cast.tutor(), subject="art")

    def listed(**wanted: Any) -> list[TutoringSession]:
        page = service.list_sessions(cast.session, SessionFilter(**wanted))
        return [each for each in page.items if each in {later, sooner, other}]

    assert listed(subject="数学") == [sooner, later]
    assert listed(subject="art") == [other]
    assert listed(until=SATURDAY + HOUR, subject="math") == [sooner]
    assert listed(since=SATURDAY + 2 * HOUR) == [later]
    assert listed(since=SATURDAY + 4 * HOUR) == []


@pytest.mark.usefixtures("at_the_end")
def test_a_session_that_is_over_is_listed_only_when_its_time_is_asked_for(
    cast: Cast,
) -> None:
    over = publish(cast, cast.tutor())
    present = service.list_sessions(cast.session, SessionFilter()).items
    past = service.list_sessions(cast.session, SessionFilter(since=SATURDAY)).items
    assert over not in present
    assert over in past


def test_sessions_are_listed_page_by_page(cast: Cast) -> None:
    wanted = SessionFilter(subject="labour")
    ids = {publish(cast, cast.tutor(), subject="labour").id for _ in range(3)}
    first = service.list_sessions(cast.session, wanted, limit=2)
    rest = service.list_sessions(cast.session, wanted, cursor=first.next, limit=2)
    found = [each.id for each in [*first.items, *rest.items]]
    assert len(found) == 3
    assert set(found) == ids
    assert rest.next is None
