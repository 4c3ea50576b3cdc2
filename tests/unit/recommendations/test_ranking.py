"""Who gets which lessons in which order."""

from uuid import UUID

from catalogues import NOW, candidate, fact, taste
from hypothesis import given, settings
from hypothesis import strategies as st

from youke.recommendations.candidates import Candidate, Pool
from youke.recommendations.ranking import Pick, Source, Taste, neighbours, rank
from youke.recommendations.serving import Served
from youke_recommender import AlsModel, AlsParams, Interactions

NOBODY = taste(lessons=[])
MODEL = UUID(int=9999)


def served(*people: list[Candidate]) -> Served:
    """Train on people who each liked some lessons."""
    pairs = [(f"p{n}", str(c.id)) for n, liked in enumerate(people) for c in liked]
    users, items = zip(*pairs, strict=True)
    data = Interactions.from_triples(users, items, [1.0] * len(pairs))
    model = AlsModel.fit(data, params=AlsParams(factors=4, iterations=5))
    return Served(id=MODEL, model=model, known=frozenset(model.item_ids))


def ids(picks: list[Pick]) -> list[int]:
    return [pick.lesson.id.int for pick in picks]


def test_a_newcomer_gets_popular_lessons_of_the_own_grade_only() -> None:
    pool = Pool(
        own=[candidate(1, views=2), candidate(2, likes=5)],
        near=[candidate(3, grade=8, likes=100)],
    )

    picks = rank(pool, NOBODY, None, limit=10, at=NOW)

    assert ids(picks) == [2, 1]
    assert {pick.source for pick in picks} == {Source.POPULAR}


def test_a_newcomer_whose_grade_has_nothing_gets_the_grades_beside_it() -> None:
    pool = Pool(own=[], near=[candidate(3, grade=8)])

    assert ids(rank(pool, NOBODY, None, limit=10, at=NOW)) == [3]


def test_popularity_fades_with_age_and_the_newest_comes_first_among_equals() -> None:
    pool = Pool(
        own=[
            candidate(1, likes=10, days=300),
            candidate(2, likes=5, days=1),
            candidate(3, days=5),
            candidate(4, days=2),
        ]
    )

    picks = rank(pool, NOBODY, None, limit=10, at=NOW)

    assert ids(picks) == [2, 1, 4, 3]
    assert [pick.source for pick in picks[2:]] == [Source.NEW, Source.NEW]


def test_without_a_model_a_like_brings_the_chapter_first_and_says_so() -> None:
    liked = candidate(1, chapter="Fractions")
    pool = Pool(
        own=[
            liked,
            candidate(2, subject="music", likes=50),
            candidate(3),
            candidate(4, chapter="Fractions"),
        ]
    )

    picks = rank(
        pool, taste(fact(liked, liked=True), lessons=[liked]), None, limit=10, at=NOW
    )

    assert ids(picks) == [4, 3, 2]
    assert [pick.source for pick in picks] == ["related", "related", "popular"]
    assert [pick.because for pick in picks] == [liked.id, liked.id, None]


def test_a_trained_model_puts_first_what_people_alike_liked() -> None:
    a, b, c, x, y, z = (candidate(n) for n in range(1, 7))
    model = served(*[[a, b, c]] * 6, *[[x, y, z]] * 6)
    pool = Pool(own=[a, b, c, x, y, z])

    picks = rank(pool, taste(fact(a, liked=True), lessons=[a]), model, limit=2, at=NOW)

    assert set(ids(picks)) == {b.id.int, c.id.int}
    assert {pick.source for pick in picks} == {Source.ALS}
    assert {pick.because for pick in picks} == {a.id}


def test_what_nothing_in_the_history_speaks_for_is_not_called_personal() -> None:
    a, b, x, y = (candidate(n, likes=n) for n in range(1, 5))
    model = served(*[[a, b]] * 6, *[[x, y]] * 6)

    picks = rank(
        Pool(own=[a, b, x, y]),
        taste(fact(a, liked=True), lessons=[a]),
        model,
        limit=10,
        at=NOW,
    )

    assert ids(picks) == [2, 4, 3]
    assert [pick.source for pick in picks] == ["als", "popular", "popular"]


def test_a_like_newer_than_the_model_changes_the_second_place() -> None:
    a, b, c, d = (candidate(n, subject="math") for n in range(1, 5))
    fresh = candidate(10, subject="music", chapter="Rhythm")
    beside = candidate(11, subject="music", chapter="Rhythm")
    model = served(*[[a, b, c, d]] * 6)
    history = taste(fact(fresh, liked=True), fact(a, liked=True), lessons=[a, fresh])

    picks = rank(Pool(own=[a, b, c, d, fresh, beside]), history, model, limit=4, at=NOW)

    assert picks[1].lesson is beside
    assert picks[1].source is Source.RELATED
    assert picks[1].because == fresh.id
    assert [pick.source for pick in picks if pick.lesson is not beside] == ["als"] * 3


def test_the_own_grade_comes_before_the_grades_beside_it() -> None:
    liked = candidate(1, chapter="Fractions")
    pool = Pool(
        own=[candidate(2, subject="math")],
        near=[candidate(3, grade=8, subject="math", tags=frozenset({"Fractions"}))],
    )

    picks = rank(
        pool, taste(fact(liked, liked=True), lessons=[liked]), None, limit=10, at=NOW
    )

    assert ids(picks) == [2, 3]


def test_a_begun_lesson_may_come_but_speaks_not_for_itself() -> None:
    begun = candidate(1)

    picks = rank(
        Pool(own=[begun]),
        taste(fact(begun, watched=0.5), lessons=[begun]),
        None,
        limit=5,
        at=NOW,
    )

    assert [(pick.lesson, pick.source) for pick in picks] == [(begun, Source.NEW)]


lesson_numbers = st.integers(min_value=1, max_value=12)
lessons = st.builds(
    candidate,
    lesson_numbers,
    grade=st.integers(min_value=6, max_value=8),
    subject=st.sampled_from(["math", "music"]),
    chapter=st.sampled_from([None, "One", "Two"]),
    tags=st.frozensets(st.sampled_from("abc")),
    likes=st.integers(min_value=0, max_value=3),
    days=st.integers(min_value=0, max_value=90),
)
catalogues = st.lists(lessons, unique_by=lambda c: c.id, max_size=12)
facts = st.builds(
    fact,
    st.builds(candidate, lesson_numbers),
    watched=st.sampled_from([0.0, 0.01, 0.5, 0.85, 1.0]),
    liked=st.booleans(),
)
histories = st.lists(facts, unique_by=lambda f: f.lesson_id, max_size=6)
TRAINED = served(*[[candidate(n) for n in (1, 2, 3, 4)]] * 4, [candidate(5)] * 2)


@settings(deadline=None, max_examples=60)
@given(
    catalogue=catalogues,
    history=histories,
    model=st.sampled_from([None, TRAINED]),
    limit=st.integers(min_value=0, max_value=15),
)
def test_only_eligible_lessons_come_once_each_and_as_many_as_there_are(
    catalogue: list[Candidate], history: list, model: Served | None, limit: int
) -> None:
    pool = Pool(
        own=[c for c in catalogue if c.grade == 7],
        near=[c for c in catalogue if c.grade != 7],
    )
    known = {c.id: c for c in catalogue}
    person = Taste(facts=history, lessons=known)
    done = {f.lesson_id for f in history if f.liked or f.watched > 0.8}
    left = pool.without(done)
    eligible = left.own + left.near if person.speaks else left.own or left.near

    picks = rank(pool, person, model, limit=limit, at=NOW)

    chosen = [pick.lesson.id for pick in picks]
    assert len(chosen) == len(set(chosen)) == min(limit, len(eligible))
    assert set(chosen) <= {c.id for c in eligible}
    signs = {f.lesson_id for f in history if f.confidence > 0}
    assert all(pick.because in signs for pick in picks if pick.because is not None)


@settings(deadline=None, max_examples=60)
@given(
    catalogue=catalogues,
    model=st.sampled_from([None, TRAINED]),
    limit=st.integers(min_value=0, max_value=15),
)
def test_related_lessons_are_others_once_each(
    catalogue: list[Candidate], model: Served | None, limit: int
) -> None:
    lesson = candidate(1, chapter="One", tags=frozenset("a"))

    picks = neighbours(lesson, catalogue, model, limit=limit)

    chosen = [pick.lesson.id for pick in picks]
    assert len(chosen) == len(set(chosen)) <= limit
    assert set(chosen) <= {c.id for c in catalogue} - {lesson.id}


def test_the_same_chapter_is_the_first_related_lesson() -> None:
    lesson = candidate(1, chapter="One")
    others = [
        candidate(2),
        candidate(3, subject="music"),
        candidate(4, chapter="One"),
        lesson,
    ]

    assert ids(neighbours(lesson, others, None, limit=9)) == [4, 2]
