"""Words and marks of items as sparse vectors whose products say how alike they are.

Titles give single characters and pairs of neighbouring ones, texts give pairs: Chinese
needs no word list this way.  Each field (title, text, each kind of facet) is a TF-IDF
vector of length one, weighted by the field, so that a product of two items is the
weighted mean of the cosines of their fields.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.sparse import csr_matrix, vstack

from youke_recommender.errors import ModelDamagedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from youke_recommender.items import Item

TITLE, TEXT, FIRST_FACET = 0, 1, 2

#: How much title and text count beside one kind of facet; from MOOCCubeX, where the
#: two flat alternatives (all fields equal, all in one bag) lose 3 % and 23 % on
#: lessons never seen.
WORDS_WEIGHT = 2.0

#: A feature of fewer items than this cannot carry anything from one item to another.
LEAST_ITEMS = 2
#: The most frequent features kept; bounds the artefact (256 bytes each) and the time.
MAX_FEATURES = 100_000
#: Kinds of facet beyond this many, in alphabetic order, are left out: a key has eight
#: bits for the field.
MAX_KINDS = 250

#: Items taken apart at a time: a text of 1,000 characters needs about 60 kB meanwhile.
CHUNK = 5000

_FIELD_SHIFT = np.uint64(56)
_CHARACTER_SHIFT = np.uint64(21)
_SPACE = 32
_BETWEEN_WORDS = re.compile(r"[\W_]+")

Pairs = tuple["NDArray[np.int64]", "NDArray[np.uint64]"]


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The features of the items seen in training, with their weights."""

    #: Field in the top byte, characters or a hash below; sorted, shape (features,).
    keys: NDArray[np.uint64]
    #: Inverse document frequency; shape (features,).
    rarity: NDArray[np.float32]
    #: The kinds of facet, sorted; kind k is field FIRST_FACET + k.
    kinds: tuple[str, ...]

    @classmethod
    def of(cls, items: Sequence[Item]) -> Self:
        """Collect what occurs in at least LEAST_ITEMS of these items."""
        found = {_kind(mark) for item in items for mark in item.facets}
        kinds = tuple(sorted(found)[:MAX_KINDS])
        distinct, holders = _holders(items, kinds)
        common = np.flatnonzero(holders >= LEAST_ITEMS)
        if len(common) > MAX_FEATURES:
            order = np.argsort(-holders[common], kind="stable")
            common = np.sort(common[order[:MAX_FEATURES]])
        rarity = np.log((len(items) + 1) / (holders[common] + 1)) + 1.0
        return cls(distinct[common], rarity.astype(np.float32), kinds)

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, NDArray[Any]], kinds: Sequence[str]
    ) -> Self:
        """Build again from ``keys`` and ``rarity``; raises ``ModelDamagedError``."""
        keys, rarity = arrays["keys"], arrays["rarity"]
        sound = keys.dtype == np.uint64 and rarity.dtype == np.float32
        if not sound or (keys[1:] <= keys[:-1]).any() or len(keys) != len(rarity):
            raise ModelDamagedError("features are not sorted keys with weights")
        return cls(keys, rarity, tuple(kinds))

    def __len__(self) -> int:
        return len(self.keys)

    def vectors(self, items: Sequence[Item]) -> Any:
        """Return ``csr_matrix`` of float32, shape (items, features)."""
        parts = [self._vectors(chunk) for chunk in _chunks(items)]
        return vstack(parts, format="csr") if len(parts) > 1 else parts[0]

    def _vectors(self, items: Sequence[Item]) -> Any:
        rows, keys, counts = _counted(_features(items, self.kinds))
        columns = np.searchsorted(self.keys, keys)
        known = columns < len(self.keys)
        known[known] = self.keys[columns[known]] == keys[known]
        rows, columns, counts = rows[known], columns[known], counts[known]
        values = (1.0 + np.log(counts)) * self.rarity[columns]
        fields = (self.keys[columns] >> _FIELD_SHIFT).astype(np.int64)
        values *= self._scale(rows, fields, values)
        shape = (len(items), len(self.keys))
        return csr_matrix((values.astype(np.float32), (rows, columns)), shape=shape)

    def _scale(
        self,
        rows: NDArray[np.int64],
        fields: NDArray[np.int64],
        values: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        cells = rows * (FIRST_FACET + MAX_KINDS) + fields
        _, cell_of = np.unique(cells, return_inverse=True)
        squares = np.bincount(cell_of, weights=values**2)
        weights = self._field_weights()
        scale: NDArray[np.float64] = np.sqrt(weights[fields] / squares[cell_of])
        return scale

    def _field_weights(self) -> NDArray[np.float64]:
        weights = np.ones(FIRST_FACET + len(self.kinds))
        weights[[TITLE, TEXT]] = WORDS_WEIGHT
        present = np.zeros(len(weights), dtype=bool)
        present[(self.keys >> _FIELD_SHIFT).astype(np.int64)] = True
        total = weights[present].sum()
        return weights / total if total else weights


def _chunks(items: Sequence[Item]) -> list[Sequence[Item]]:
    starts = range(0, max(len(items), 1), CHUNK)
    return [items[start : start + CHUNK] for start in starts]


def _holders(
    items: Sequence[Item], kinds: tuple[str, ...]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    # The different keys, sorted, and how many items have each.
    found = [
        np.unique(_counted(_features(chunk, kinds))[1], return_counts=True)
        for chunk in _chunks(items)
    ]
    keys = np.concatenate([keys for keys, _ in found])
    counts = np.concatenate([counts for _, counts in found])
    distinct, places = np.unique(keys, return_inverse=True)
    holders: NDArray[np.int64] = np.zeros(len(distinct), dtype=np.int64)
    np.add.at(holders, places, counts)
    return distinct, holders


def _features(items: Sequence[Item], kinds: tuple[str, ...]) -> list[Pairs]:
    titles = _characters([item.title for item in items])
    texts = _characters([item.text for item in items])
    return [
        _singles(*titles, field=TITLE),
        _doubles(*titles, field=TITLE),
        _doubles(*texts, field=TEXT),
        _marks(items, kinds),
    ]


def _characters(texts: Sequence[str]) -> Pairs:
    # All texts as one row of code points with the number of the text each is from.
    words = [_BETWEEN_WORDS.sub(" ", text.lower()) for text in texts]
    lengths = np.fromiter((len(w) + 1 for w in words), np.int64, len(words))
    joined = " ".join(words).encode("utf-32-le", errors="replace")
    codes = np.frombuffer(joined, dtype=np.uint32).astype(np.uint64)
    return np.repeat(np.arange(len(words)), lengths)[: len(codes)], codes


def _singles(
    rows: NDArray[np.int64], codes: NDArray[np.uint64], *, field: int
) -> Pairs:
    real = codes != _SPACE
    return rows[real], codes[real] | (np.uint64(field) << _FIELD_SHIFT)


def _doubles(
    rows: NDArray[np.int64], codes: NDArray[np.uint64], *, field: int
) -> Pairs:
    real = (codes[:-1] != _SPACE) & (codes[1:] != _SPACE)
    pairs = (codes[:-1][real] << _CHARACTER_SHIFT) | codes[1:][real]
    return rows[:-1][real], pairs | (np.uint64(field) << _FIELD_SHIFT)


def _marks(items: Sequence[Item], kinds: tuple[str, ...]) -> Pairs:
    field_of = {kind: FIRST_FACET + place for place, kind in enumerate(kinds)}
    found = list(_hashed(items, field_of))
    rows = np.array([row for row, _ in found], dtype=np.int64)
    return rows, np.array([key for _, key in found], dtype=np.uint64)


def _hashed(
    items: Sequence[Item], field_of: Mapping[str, int]
) -> Iterator[tuple[int, int]]:
    for row, item in enumerate(items):
        for mark in set(item.facets):
            field = field_of.get(_kind(mark))
            if field is not None:
                digest = hashlib.blake2b(mark.encode(), digest_size=7).digest()
                yield row, int.from_bytes(digest, "big") | field << int(_FIELD_SHIFT)


def _kind(mark: str) -> str:
    return mark.split(":", 1)[0]


def _counted(
    parts: list[Pairs],
) -> tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.int64]]:
    # The different (row, key) pairs, sorted, and how often each occurs.
    rows = np.concatenate([rows for rows, _ in parts])
    keys = np.concatenate([keys for _, keys in parts])
    order = np.lexsort((keys, rows))
    rows, keys = rows[order], keys[order]
    fresh = np.ones(len(rows), dtype=bool)
    fresh[1:] = (rows[1:] != rows[:-1]) | (keys[1:] != keys[:-1])
    starts = np.flatnonzero(fresh)
    counts = np.diff(np.append(starts, len(rows)))
    return rows[starts], keys[starts], counts
