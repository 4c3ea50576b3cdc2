"""Sealing: what is moved, changed or opened with another key stays closed."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youke.counselling.errors import OtherKeyError, SealBrokenError
from youke.counselling.vault import BLOCK_BYTES, DataKey, Vault

THREAD, OTHER, MESSAGE = uuid4(), uuid4(), uuid4()
VAULT = Vault("a secret that is long enough for everybody")
WRAPPED = VAULT.new_data_key(THREAD)


def key() -> DataKey:
    return VAULT.data_key(THREAD, WRAPPED, VAULT.key_id)


@given(st.text())
def test_every_text_comes_back_as_it_was(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    sealed = key().seal(text, id=MESSAGE, kind="student")
    assert key().open(sealed, id=MESSAGE, kind="student") == text


def test_texts_of_about_one_length_look_alike() -> None:
    short = key().seal("a", id=MESSAGE, kind="student")
    longer = key().seal("a" * (BLOCK_BYTES - 1), id=MESSAGE, kind="student")
    assert len(short) == len(longer)


def test_the_same_text_is_never_sealed_the_same_way() -> None:
    first, second = (key().seal("a", id=MESSAGE, kind="student") for _ in range(2))
    assert first != second


def test_what_is_moved_to_another_place_does_not_open() -> None:
    sealed = key().seal("a", id=MESSAGE, kind="student")
    with pytest.raises(SealBrokenError):
        key().open(sealed, id=uuid4(), kind="student")
    with pytest.raises(SealBrokenError):
        key().open(sealed, id=MESSAGE, kind="counsellor")
    with pytest.raises(SealBrokenError):
        VAULT.data_key(OTHER, WRAPPED, VAULT.key_id)


@pytest.mark.parametrize("place", [0, 12, 40, -1])
def test_a_changed_byte_does_not_open(place: int) -> None:
    sealed = bytearray(key().seal("a", id=MESSAGE, kind="student"))
    sealed[place] ^= 1
    with pytest.raises(SealBrokenError):
        key().open(bytes(sealed), id=MESSAGE, kind="student")


def test_another_master_key_is_named_as_such() -> None:
    other = Vault("another secret that is long enough as well")
    with pytest.raises(OtherKeyError):
        other.data_key(THREAD, WRAPPED, VAULT.key_id)
