import pytest
from sqlalchemy.orm import Session
from tutoring_cast import Cast

from youke.accounts.service import Person
from youke.http.paging import BadCursorError, encode_cursor
from youke.notices import service


@pytest.fixture
def reader(session: Session) -> Person:
    return Cast(session).student()


def tell(session: Session, person: Person, question: str = "Why?") -> service.Notice:
    return service.tell(
        session,
        person.id,
        kind="question_answered",
        href="/questions/1",
        tutor="Ms Shen",
        question=question,
    )


def test_what_one_is_told_is_unread_until_all_is_read(
    session: Session, reader: Person
) -> None:
    tell(session, reader)
    tell(session, reader)
    assert service.unread_count(session, reader.id) == 2
    service.mark_all_read(session, reader.id)
    assert service.unread_count(session, reader.id) == 0
    assert all(n.read for n in service.notices_of(session, reader.id).items)


def test_reading_all_of_ones_own_reads_nothing_of_others(
    session: Session, reader: Person
) -> None:
    other = Cast(session).student()
    tell(session, other)
    service.mark_all_read(session, reader.id)
    assert service.unread_count(session, other.id) == 1
    assert service.notices_of(session, reader.id).items == []


def test_notices_come_newest_first_page_by_page(
    session: Session, reader: Person
) -> None:
    told = [tell(session, reader).id for _ in range(3)]
    first = service.notices_of(session, reader.id, limit=2)
    rest = service.notices_of(session, reader.id, cursor=first.next, limit=2)
    assert [n.id for n in [*first.items, *rest.items]] == told[::-1]
    assert rest.next is None


@pytest.mark.parametrize("cursor", ["???", encode_cursor(["no identifier"])])
def test_a_made_up_cursor_is_refused(
    session: Session, reader: Person, cursor: str
) -> None:
    with pytest.raises(BadCursorError):
        service.notices_of(session, reader.id, cursor=cursor)


def test_a_notice_without_a_sentence_or_its_data_is_a_defect_at_once(
    session: Session, reader: Person
) -> None:
    with pytest.raises(KeyError):
        service.tell(session, reader.id, kind="weather", href="/")
    with pytest.raises(KeyError):
        service.tell(session, reader.id, kind="question_answered", href="/")
