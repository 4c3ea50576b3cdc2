import pytest
from sqlalchemy.orm import Session
from tutoring_cast import Cast

from youke.accounts.service import Role
from youke.lessons.errors import LessonNotFoundError
from youke.lessons.service import withdraw as hide
from youke.questions import service
from youke.questions.errors import (
    PositionOutsideLessonError,
    PositionWithoutLessonError,
    QuestionInQueueError,
    QuestionNotFoundError,
)
from youke.questions.service import Question, QuestionDraft, QuestionState
from youke.tutoring import service as tutoring


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast(session)


def answered(cast: Cast, question: Question, text: str = "Because.") -> None:
    """Bring the question the whole way through a session."""
    tutor = cast.tutor()
    weekend = cast.weekend(tutor, subject=question.subject)
    student = cast.session.get_one(type(tutor), question.asker_id)
    tutoring.join(cast.session, weekend.id, question.id, student)
    ticket = tutoring.call_next(cast.session, weekend.id, tutor)
    assert ticket is not None
    tutoring.answer(cast.session, ticket.id, tutor, text)


def test_subject_and_grade_are_understood_by_name(cast: Cast) -> None:
    draft = QuestionDraft(subject="数学", grade="初一", text="为什么？")
    question = service.ask(cast.session, cast.student(), draft)
    assert (question.subject, question.grade) == ("math", 7)
    assert question.state == QuestionState.OPEN.value


def test_a_question_from_a_lesson_keeps_its_second(cast: Cast) -> None:
    lesson = cast.lesson(duration_s=60)
    question = cast.question(cast.student(), lesson=lesson.id, position_s=60)
    assert (question.lesson_id, question.position_s) == (lesson.id, 60)


def test_a_second_after_the_end_of_the_lesson_is_refused(cast: Cast) -> None:
    lesson = cast.lesson(duration_s=60)
    with pytest.raises(PositionOutsideLessonError):
        cast.question(cast.student(), lesson=lesson.id, position_s=60.5)


def test_a_lesson_of_unknown_length_takes_every_second(cast: Cast) -> None:
    lesson = cast.lesson(duration_s=None)
    question = cast.question(cast.student(), lesson=lesson.id, position_s=3000)
    assert question.position_s == 3000


def test_a_second_without_a_lesson_is_refused(cast: Cast) -> None:
    with pytest.raises(PositionWithoutLessonError):
        cast.question(cast.student(), position_s=1)


def test_nobody_asks_about_a_lesson_that_is_hidden_from_them(cast: Cast) -> None:
    lesson = cast.lesson(listed=False)
    with pytest.raises(LessonNotFoundError):
        cast.question(cast.student(), lesson=lesson.id)


def test_a_question_is_read_by_its_asker_and_administrators_only(cast: Cast) -> None:
    asker = cast.student()
    question = cast.question(asker)
    for reader in (asker, cast.admin()):
        assert service.find_question(cast.session, question.id, reader) is question
    for stranger in (cast.student(), cast.tutor(), cast.person(Role.TEACHER)):
        with pytest.raises(QuestionNotFoundError):
            service.find_question(cast.session, question.id, stranger)


def test_the_tutor_reads_a_question_only_while_answering_and_afterwards(
    cast: Cast,
) -> None:
    tutor = cast.tutor()
    weekend = cast.weekend(tutor)
    waiting = cast.queue(weekend)
    with pytest.raises(QuestionNotFoundError):
        service.find_question(cast.session, waiting.question_id, tutor)
    tutoring.call_next(cast.session, weekend.id, tutor)
    assert service.find_question(cast.session, waiting.question_id, tutor)
    tutoring.hold(cast.session, waiting.id, tutor)
    with pytest.raises(QuestionNotFoundError):
        service.find_question(cast.session, waiting.question_id, tutor)


def test_an_open_question_can_be_taken_back_twice_over(cast: Cast) -> None:
    asker = cast.student()
    question = cast.question(asker)
    service.withdraw(cast.session, question.id, asker)
    service.withdraw(cast.session, question.id, asker)
    assert question.state == QuestionState.WITHDRAWN.value


def test_a_queued_question_cannot_be_taken_back(cast: Cast) -> None:
    student = cast.student()
    ticket = cast.queue(cast.weekend(), student)
    with pytest.raises(QuestionInQueueError):
        service.withdraw(cast.session, ticket.question_id, student)


def test_nobody_takes_back_the_question_of_another(cast: Cast) -> None:
    question = cast.question(cast.student())
    with pytest.raises(QuestionNotFoundError):
        service.withdraw(cast.session, question.id, cast.student())
    assert question.state == QuestionState.OPEN.value


def test_an_answered_question_like_the_new_one_is_found_in_chinese(
    cast: Cast,
) -> None:
    answered(cast, cast.question(cast.student(), "分数加法为什么要先通分"), "单位")
    answered(cast, cast.question(cast.student(), "二次函数的顶点怎么求"), "配方")
    similar = service.similar_questions(
        cast.session, subject="math", text="异分母分数相加为什么要通分？"
    )
    assert [(each.question, each.answer) for each in similar] == [
        ("分数加法为什么要先通分", "单位")
    ]


def test_similar_questions_are_answered_and_of_the_same_subject(cast: Cast) -> None:
    text = "光合作用为什么需要光"
    cast.question(cast.student(), text, subject="biology")
    answered(cast, cast.question(cast.student(), text, subject="science"))
    similar = service.similar_questions(cast.session, subject="biology", text=text)
    assert similar == []


def test_at_most_three_similar_questions_come_the_most_alike_first(cast: Cast) -> None:
    texts = ["月亮为什么有圆缺", "月亮为什么有圆缺变化", "月亮有圆缺吗", "月亮圆缺"]
    for text in texts:
        answered(cast, cast.question(cast.student(), text))
    similar = service.similar_questions(
        cast.session, subject="math", text="月亮为什么有圆缺"
    )
    assert [each.question for each in similar][:2] == texts[:2]
    assert len(similar) == 3
    assert similar[0].similarity == 1


def test_the_answers_on_a_lesson_come_by_second_without_the_asker(cast: Cast) -> None:
    lesson = cast.lesson(duration_s=60)
    students = [cast.student() for _ in range(3)]
    for student, second in zip(students, (40, 10, None), strict=True):
        question = cast.question(
            student, f"At {second}?", lesson=lesson.id, position_s=second
        )
        answered(cast, question, f"Then {second}.")
    cast.question(cast.student(), "Not answered", lesson=lesson.id, position_s=5)
    found = service.answers_on_lesson(cast.session, lesson.id)
    assert [(each.position_s, each.answer) for each in found] == [
        (10, "Then 10."),
        (40, "Then 40."),
        (None, "Then None."),
    ]
    assert not any(student.name in repr(found) for student in students)


def test_a_similar_question_does_not_lead_to_a_lesson_that_was_hidden(
    cast: Cast,
) -> None:
    lesson = cast.lesson()
    text = "为什么圆的面积是πr²"
    question = cast.question(cast.student(), text, lesson=lesson.id, position_s=3)
    answered(cast, question)
    (shown,) = service.similar_questions(cast.session, subject="math", text=text)
    assert (shown.lesson, shown.position_s) == (lesson.id, 3)
    hide(lesson)
    (shown,) = service.similar_questions(cast.session, subject="math", text=text)
    assert (shown.lesson, shown.position_s) == (None, None)


def test_ones_own_questions_come_newest_first_page_by_page(cast: Cast) -> None:
    asker = cast.student()
    asked = [cast.question(asker).id for _ in range(3)]
    cast.question(cast.student())
    first = service.own_questions(cast.session, asker, limit=2)
    rest = service.own_questions(cast.session, asker, cursor=first.next, limit=2)
    assert [q.id for q in [*first.items, *rest.items]] == asked[::-1]
    assert rest.next is None
