"""Who gets which lessons in which order."""

from typing import Any
from uuid import UUID

from catalogues import NOW, entry, fact, numbers, served, snapshot, wish

from youke.recommendations.exploration import PLACE, Ticket
from youke.recommendations.picks import Source, Taste
from youke.recommendations.ranking import neighbours, rank

TICKET = Ticket(person_id=UUID(int=5), day=NOW.date())


def sources(picks: Any) -> list[str]:
    return [pick.source.value for pick in picks]


def test_a_newcomer_gets_popular_lessons_of_the_own_grade_only() -> None:
    city = snapshot([entry(1), entry(2), entry(3, grade=8)], {1: 2, 2: 15, 3: 300})

    picks = rank(city, wish(), None)

    assert numbers(city, picks) == [2, 1]
    assert set(sources(picks)) == {"popular"}


def test_a_newcomer_whose_grade_has_nothing_gets_the_grades_beside_it() -> None:
    city = snapshot([entry(3, grade=8), entry(4, grade=10, stage="senior")])

    assert numbers(city, rank(city, wish(), None)) == [3]


def test_another_system_of_schooling_is_another_curriculum() -> None:
    city = snapshot([entry(1), entry(2, stage="junior54")])

    assert numbers(city, rank(city, wish(), None)) == [1]


def test_popularity_fades_with_age_and_the_newest_comes_first_among_equals() -> None:
    ages = {1: 300, 2: 1, 3: 5, 4: 2}
    city = snapshot([entry(n, days=d) for n, d in ages.items()], {1: 30, 2: 15})

    picks = rank(city, wish(), None)

    assert numbers(city, picks) == [2, 1, 4, 3]
    assert sources(picks[2:]) == ["new", "new"]


def test_without_a_model_a_like_brings_the_chapter_first_and_says_so() -> None:
    liked = entry(1, chapter="Fractions")
    others = [entry(2, subject="music"), entry(3), entry(4, chapter="Fractions")]
    city = snapshot([liked, *others], {2: 150})

    picks = rank(city, wish(fact(liked, liked=True)), None)

    assert numbers(city, picks) == [4, 3, 2]
    assert sources(picks) == ["related", "related", "popular"]
    assert [pick.because for pick in picks] == [liked.id, liked.id, None]


def test_a_trained_model_puts_first_what_people_alike_liked() -> None:
    a, b, c, x, y, z = lessons = [entry(n) for n in range(1, 7)]
    city, model = snapshot(lessons), served(*[[a, b, c]] * 6, *[[x, y, z]] * 6)

    picks = rank(city, wish(fact(a, liked=True), limit=2), model)

    assert set(numbers(city, picks)) == {2, 3}
    assert set(sources(picks)) == {"als"}
    assert {pick.because for pick in picks} == {a.id}


def test_what_nothing_in_the_history_speaks_for_is_not_called_personal() -> None:
    a, b, x, y = lessons = [entry(n) for n in range(1, 5)]
    city = snapshot(lessons, {3: 9, 4: 12})

    picks = rank(city, wish(fact(a, liked=True)), served(*[[a, b]] * 6, *[[x, y]] * 6))

    assert numbers(city, picks) == [2, 4, 3]
    assert sources(picks) == ["als", "popular", "popular"]


def test_a_like_newer_than_the_model_changes_the_second_place() -> None:
    old = [entry(n) for n in range(1, 5)]
    fresh, beside = (entry(n, subject="music", chapter="Rhythm") for n in (10, 11))
    city = snapshot([*old, fresh, beside])
    history = wish(fact(fresh, liked=True), fact(old[0], liked=True), limit=4)

    picks = rank(city, history, served(*[old] * 6))

    assert numbers(city, picks)[1] == 11
    assert sources(picks) == ["als", "related", "als", "als"]
    assert picks[1].because == fresh.id


def test_the_own_grade_comes_before_the_grades_beside_it() -> None:
    liked = entry(1, chapter="Fractions")
    city = snapshot([liked, entry(2), entry(3, grade=8, chapter="Fractions")])

    assert numbers(city, rank(city, wish(fact(liked, liked=True)), None)) == [2, 3]


def test_a_begun_lesson_may_come_but_speaks_not_for_itself() -> None:
    begun = entry(1)
    city = snapshot([begun])

    picks = rank(city, wish(fact(begun, watched=0.4)), None)

    assert (numbers(city, picks), sources(picks)) == ([1], ["new"])


def test_whoever_watched_a_lesson_of_a_unit_gets_the_one_that_follows() -> None:
    titles = {1: "第一课时", 2: "第三课时", 3: "第二课时", 4: "第十课时"}
    unit = [entry(n, title=t, chapter="Ratios") for n, t in titles.items()]
    city = snapshot([*unit, entry(9, subject="art")])

    picks = rank(city, wish(fact(unit[0], watched=0.9)), None)

    (following,) = (p for p in picks if p.source is Source.NEXT)
    assert numbers(city, [following]) == [3]
    assert following.because == unit[0].id


def test_the_end_of_a_unit_is_followed_by_nothing() -> None:
    unit = [entry(n, title=f"第{n}课时", chapter="Ratios") for n in (1, 2)]
    facts = [fact(unit[1], watched=0.9), fact(unit[0], watched=0.95)]

    assert rank(snapshot(unit), wish(*facts), None) == []


def test_pinned_lessons_come_first_whatever_their_grade_but_not_when_seen() -> None:
    pinned, seen = entry(1, grade=9), entry(2, subject="art")
    city = snapshot([pinned, seen, entry(3)], {3: 99})
    wanted = wish(fact(seen, watched=0.9), pinned=[seen.id, pinned.id])

    picks = rank(city, wanted, None)

    assert numbers(city, picks) == [1, 3]
    assert sources(picks) == ["pinned", "popular"]


def test_a_new_lesson_gets_one_place_of_ten_by_lot_and_its_chance_is_known() -> None:
    old = [entry(n, days=60) for n in range(1, 40)]
    new = [entry(n, days=1) for n in range(50, 54)]
    city = snapshot([*old, *new], dict.fromkeys(range(1, 40), 100), {53: 1_000})

    picks = rank(city, wish(limit=20, ticket=TICKET), None)

    lots = [n for n, pick in enumerate(picks) if pick.source is Source.EXPLORE]
    assert lots == [PLACE, PLACE + 10]
    assert set(numbers(city, [picks[n] for n in lots])) < {50, 51, 52}
    assert [picks[n].propensity for n in lots] == [1 / 3, 1 / 2]


def test_where_everything_is_shown_nothing_is_drawn_by_lot() -> None:
    city = snapshot([entry(n) for n in range(1, 11)])

    assert Source.EXPLORE not in sources(rank(city, wish(ticket=TICKET), None))


def test_one_teacher_does_not_fill_the_list_while_others_have_something() -> None:
    loud = [entry(n) for n in range(1, 21)]
    quiet = [entry(n, owner_id=UUID(int=n)) for n in range(30, 36)]
    city = snapshot([*loud, *quiet], dict.fromkeys(range(1, 21), 100))

    picks = rank(city, wish(), None)

    assert sum(n <= 20 for n in numbers(city, picks)) == 4


def test_without_a_history_nothing_personal_comes() -> None:
    a, b, c = lessons = [entry(n) for n in (1, 2, 3)]

    picks = rank(snapshot(lessons), wish(taste=Taste()), served(*[[a, b, c]] * 6))

    assert set(sources(picks)) == {"new"}


def test_the_same_chapter_is_the_first_related_lesson() -> None:
    lesson = entry(1, chapter="One")
    others = [entry(2), entry(3, subject="music"), entry(4, chapter="One")]
    city = snapshot([lesson, *others])
    rows = city.rows(each.id for each in [*others, lesson])

    picks = neighbours(city, city.row(lesson.id) or 0, rows, None, limit=9)

    assert numbers(city, picks) == [4, 2]
