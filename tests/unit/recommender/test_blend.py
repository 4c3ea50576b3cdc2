from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from youke_recommender import (
    AlsModel,
    BlendModel,
    BlendParams,
    ContentModel,
    EaseModel,
    Interactions,
    InvalidParameterError,
    Item,
    NeighboursModel,
    blending,
)
from youke_recommender.blend import Member
from youke_recommender.blending import Placement, learn_weights, ndcg_each
from youke_recommender.evaluation import ndcg

SUBJECTS = 4
PER_SUBJECT = 12


def _subjects(people: int = 240, seed: int = 0) -> Interactions:
    """Everybody likes half of one subject and one item of another."""
    random = np.random.default_rng(seed)
    users, items = [], []
    for person in range(people):
        subject = person % SUBJECTS
        for number in random.permutation(PER_SUBJECT)[:6]:
            users.append(f"u{person:03}")
            items.append(f"{subject}-{number:02}")
        users.append(f"u{person:03}")
        items.append(f"{(subject + 1) % SUBJECTS}-{random.integers(PER_SUBJECT):02}")
    return Interactions.from_triples(users, items, [1.0] * len(users))


def _item(subject: int, number: int = 0) -> Item:
    words = ["分数与小数", "古诗词鉴赏", "英语口语练习", "植物的生长"]
    return Item(title=f"{words[subject]}（{number}）", facets=(f"subject:{subject}",))


DATA = _subjects()
DESCRIBED = {
    f"{subject}-{number:02}": _item(subject, number)
    for subject in range(SUBJECTS)
    for number in range(PER_SUBJECT)
}
NEW = {f"new-{subject}": _item(subject) for subject in range(SUBJECTS)}
MODEL = BlendModel.fit(DATA, items=DESCRIBED)


def _of_two() -> BlendModel:
    members = [
        Member(EaseModel.fit(DATA, items=DESCRIBED), 1.0),
        Member(AlsModel.fit(DATA), 0.5),
        Member(NeighboursModel.fit(DATA), 0.25),
    ]
    return BlendModel(members, MODEL.content, MODEL.placement, MODEL.params)


def test_a_blend_is_the_weighted_sum_of_standardised_scores() -> None:
    blend, history = _of_two(), {"0-01": 1.0, "0-05": 2.0, "1-02": 0.5}
    slow = np.zeros(len(DATA.item_ids))
    for member in blend.members:
        known = member.model._known(history)
        scores = [
            float(member.model._taste(known).scores(np.array([row]))[0])
            for row in range(len(slow))
        ]
        size = (sum(score**2 for score in scores) / len(scores)) ** 0.5
        slow += member.weight * np.array(scores) / size

    for scored in blend.recommend(history, n=100):
        row = DATA.item_ids.index(scored.item)
        assert scored.score == pytest.approx(slow[row], abs=1e-4)


def test_what_each_history_item_adds_makes_the_score_whole() -> None:
    blend = _of_two()
    known = blend._known({"0-01": 1.0, "0-05": 2.0, "1-02": 0.5})
    rows = np.arange(len(DATA.item_ids))

    taste = blend._taste(known)

    assert taste.contributions(rows).sum(axis=1) == pytest.approx(
        taste.scores(rows), abs=1e-4
    )


def test_many_people_at_once_get_the_scores_of_each_alone() -> None:
    blend = _of_two().with_items(NEW)
    histories = DATA.matrix[:5].copy()
    histories.resize((5, len(blend.item_ids)))

    together = blend.scores_of(histories)

    for person in range(5):
        known = blend._known(DATA.history(person))
        alone = blend._taste(known).scores(np.arange(len(blend.item_ids)))
        assert together[person] == pytest.approx(alone, abs=1e-4)


def test_someone_known_by_new_items_alone_is_scored_among_many_as_alone() -> None:
    model = MODEL.with_items(NEW)
    history = {"new-1": 1.0, "new-2": 0.5}
    columns = [model.item_ids.index(item) for item in history]
    histories = csr_matrix(
        ([1.0, 0.5], ([0, 0], columns)),
        shape=(1, len(model.item_ids)),
        dtype=np.float32,
    )

    together = model.scores_of(histories)[0]

    alone = model._taste(model._known(history)).scores(np.arange(len(together)))
    assert together == pytest.approx(alone, abs=1e-5)
    assert together.any()


def test_a_new_item_is_recommended_to_those_who_like_its_like() -> None:
    model = MODEL.with_items(NEW)

    for subject in range(SUBJECTS):
        history = {f"{subject}-{number:02}": 1.0 for number in range(4)}
        ranked = model.recommend(history, candidates=NEW)
        assert ranked[0].item == f"new-{subject}"
        assert ranked[0].because in history


def test_a_new_item_stands_among_the_known_and_not_above_or_below_all() -> None:
    model = MODEL.with_items(NEW)
    history = {f"2-{number:02}": 1.0 for number in range(6)}

    ranked = [scored.item for scored in model.recommend(history, n=100)]

    place = ranked.index("new-2")
    assert place < ranked.index("0-00")
    assert 0 < place < ranked.index("new-0")


def test_known_items_keep_their_scores_when_new_ones_come() -> None:
    history = DATA.history(0)
    before = {s.item: s.score for s in MODEL.recommend(history, n=100)}

    ranked = MODEL.with_items(NEW).recommend(history, n=100)

    after = {s.item: s.score for s in ranked if s.item in before}
    assert after == pytest.approx(before)
    assert len(ranked) == len(before) + len(NEW)


def test_someone_who_has_met_only_a_new_item_is_ranked_by_its_words() -> None:
    model = MODEL.with_items(NEW)

    ranked = model.recommend({"new-1": 1.0}, n=PER_SUBJECT)

    assert {s.item.split("-")[0] for s in ranked[:6]} == {"1"}
    assert {s.because for s in ranked[:6]} == {"new-1"}


def test_similar_items_are_found_for_a_new_one() -> None:
    ranked = MODEL.with_items(NEW).similar("new-3", n=5)

    assert {scored.item.split("-")[0] for scored in ranked} == {"3"}


def test_a_member_that_adds_nothing_gets_no_say() -> None:
    random = np.random.default_rng(1)
    noise = Interactions(
        DATA.matrix[:, random.permutation(len(DATA.item_ids))],
        DATA.user_ids,
        DATA.item_ids,
    )

    def fit(kind: str, part: Interactions) -> NeighboursModel:
        return NeighboursModel.fit(part if kind == "good" else noise)

    weights = learn_weights(DATA, ["noise", "good"], fit, people=500, seed=0)

    assert weights == {"good": 1.0}


def test_a_say_that_fails_on_people_it_was_not_chosen_by_is_taken_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    noise = Interactions(DATA.matrix[:, ::-1].tocsr(), DATA.user_ids, DATA.item_ids)
    monkeypatch.setattr(
        blending, "_search", lambda _trial, best, _kinds: {best: 1.0, "noise": 0.8}
    )

    def fit(kind: str, part: Interactions) -> NeighboursModel:
        return NeighboursModel.fit(part if kind == "good" else noise)

    weights = learn_weights(DATA, ["good", "noise"], fit, people=500, seed=0)

    assert weights == {"good": 1.0}


def test_the_slope_tells_how_much_words_know() -> None:
    order = np.random.default_rng(0).permutation(len(DESCRIBED)).tolist()
    items = list(DESCRIBED.values())
    mixed = {name: items[place] for name, place in zip(DESCRIBED, order, strict=True)}

    blind = BlendModel.fit(DATA, items=mixed).placement.slope

    assert blind < 0.2 < MODEL.placement.slope


def test_two_members_that_each_know_a_half_are_both_heard() -> None:
    # Given one member that knows subjects 0 and 1 and another that knows 2 and 3
    def fit(kind: str, part: Interactions) -> NeighboursModel:
        known = {"first": "01", "second": "23"}[kind]
        keep = [c for c, item in enumerate(part.item_ids) if item[0] in known]
        matrix = part.matrix.tolil()
        others = sorted(set(range(len(part.item_ids))) - set(keep))
        matrix[:, others] = 0
        matrix[0, others] = 1e-3
        return NeighboursModel.fit(
            Interactions(matrix.tocsr(), part.user_ids, part.item_ids)
        )

    weights = learn_weights(DATA, ["first", "second"], fit, people=500, seed=0)

    assert set(weights) == {"first", "second"}


def test_too_few_people_cannot_judge_and_the_first_member_stays_alone() -> None:
    few = _subjects(people=blending.LEAST_JUDGES - 1)

    assert BlendModel.fit(few).weights == {"ease": 1.0}


def test_ease_is_left_out_of_a_catalogue_too_large_for_it() -> None:
    model = BlendModel.fit(DATA, params=BlendParams(ease_items=10))

    assert "ease" not in model.weights


def test_where_nobody_has_a_taste_of_their_own_popularity_is_heard() -> None:
    random = np.random.default_rng(0)
    share = 0.9 ** np.arange(60)
    users, items = np.nonzero(random.random((400, 60)) < share * 0.5)
    data = Interactions.from_triples(
        users.astype(str).tolist(), items.astype(str).tolist(), [1.0] * len(users)
    )

    model = BlendModel.fit(data)

    assert model.weights.get("popularity", 0) > 0
    known = model.recommend({"50": 1.0}, n=5)
    assert {scored.item for scored in known} <= {str(number) for number in range(9)}


def test_the_gain_of_each_person_is_that_of_the_evaluation() -> None:
    random = np.random.default_rng(0)
    scores = random.normal(size=(30, 40)).astype(np.float32)
    seen = Interactions.from_triples(["0"], ["0"], [1]).matrix.copy()
    seen.resize((30, 40))
    wanted = (random.random((30, 40)) < 0.1) & (seen.toarray() == 0)
    wanted[:, 5] = True
    sparse = type(seen)(wanted.astype(np.float32))

    gains = ndcg_each(scores, seen, sparse)

    for person in range(30):
        open_rows = np.flatnonzero(seen.toarray()[person] == 0)
        ranked = open_rows[np.argsort(-scores[person, open_rows])]
        found = frozenset(np.flatnonzero(wanted[person]).tolist())
        slow = ndcg(ranked.tolist(), found, at=blending.AT)
        assert gains[person] == pytest.approx(slow)


def test_a_prediction_is_placed_by_the_spread_of_predictions() -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(50, 3)).astype(np.float32)
    placement = Placement.over(vectors, slope=0.5)
    profile = np.array([1.0, -2.0, 0.5], dtype=np.float32)

    slope, offset = placement.line(profile)

    placed = vectors @ profile * slope + offset
    assert placed.mean() == pytest.approx(0.0, abs=1e-5)
    assert placed.std() == pytest.approx(0.5, abs=1e-5)


def test_without_descriptions_a_blend_cannot_place_new_items() -> None:
    plain = BlendModel.fit(DATA)

    assert plain.with_items(NEW) is plain
    assert ContentModel.fit(DATA).with_items(NEW).item_ids == DATA.item_ids


def test_nothing_new_makes_no_new_model() -> None:
    assert MODEL.with_items(DESCRIBED) is MODEL


@pytest.mark.parametrize("values", [{"ease_items": -1}, {"people": 0}])
def test_blend_parameters_outside_their_range_are_refused(
    values: dict[str, int],
) -> None:
    with pytest.raises(InvalidParameterError, match=next(iter(values))):
        BlendParams(**values)
