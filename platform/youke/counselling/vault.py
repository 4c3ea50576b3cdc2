"""Sealing: AES-256-GCM under a key for each conversation, wrapped by the master key.

What a text belongs to (its conversation, its own identifier, its author) is bound to
it as associated data, so a sealed text that is moved elsewhere does not open.
"""

import hashlib
import hmac
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from youke.counselling.errors import OtherKeyError, SealBrokenError

#: Bytes; NIST SP 800-38D wants 96 random bits.
NONCE_BYTES = 12
KEY_BYTES = 32
#: Short texts give their length away, so all are filled up to a multiple of this.
BLOCK_BYTES = 256
#: Counts up when the form of what is sealed changes.
FORMAT = "youke-counselling-1"


class Vault:
    """Knows the master key; seals, opens, and signs the log of readings."""

    def __init__(self, secret: str) -> None:
        """Derive the keys (HKDF-SHA256) from a secret of at least 32 characters."""
        self._wrapping = AESGCM(_derived(secret, "wrapping"))
        self._signing = _derived(secret, "ledger")
        #: Names the key without telling it.
        self.key_id = _derived(secret, "name").hex()[:16]

    def new_data_key(self, thread_id: UUID) -> bytes:
        """Draw a conversation's key and return it wrapped."""
        return _seal(self._wrapping, os.urandom(KEY_BYTES), self._wraps(thread_id))

    def data_key(self, thread_id: UUID, wrapped: bytes, key_id: str) -> "DataKey":
        """Unwrap a conversation's key.

        :raises OtherKeyError: when another master key wrapped it.
        """
        if not hmac.compare_digest(key_id, self.key_id):
            raise OtherKeyError
        key = _open(self._wrapping, wrapped, self._wraps(thread_id))
        return DataKey(thread_id, key)

    def sign(self, content: bytes) -> bytes:
        """Return the HMAC-SHA256 of a line of the log."""
        return hmac.new(self._signing, content, hashlib.sha256).digest()

    def _wraps(self, thread_id: UUID) -> bytes:
        return f"{FORMAT}|key|{self.key_id}|{thread_id}".encode()


class DataKey:
    """The key of one conversation, for as long as a request lasts."""

    def __init__(self, thread_id: UUID, key: bytes) -> None:
        self._thread_id = thread_id
        self._cipher = AESGCM(key)

    def seal(self, text: str, *, id: UUID, kind: str) -> bytes:  # noqa: A002  as columns are called
        """Seal a text as what it is: its identifier and its kind or author."""
        return _seal(self._cipher, _padded(text), self._binds(id, kind))

    def open(self, sealed: bytes, *, id: UUID, kind: str) -> str:  # noqa: A002  as above
        """Open a text.

        :raises SealBrokenError: when it was changed or sealed as something else.
        """
        return _unpadded(_open(self._cipher, sealed, self._binds(id, kind)))

    def _binds(self, id: UUID, kind: str) -> bytes:  # noqa: A002  as above
        return f"{FORMAT}|{kind}|{self._thread_id}|{id}".encode()


def _derived(secret: str, purpose: str) -> bytes:
    info = f"{FORMAT}|{purpose}".encode()
    derive = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info)
    return derive.derive(secret.encode())


def _seal(cipher: AESGCM, content: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, content, bound)


def _open(cipher: AESGCM, sealed: bytes, bound: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    except InvalidTag:
        raise SealBrokenError from None


def _padded(text: str) -> bytes:
    """Return the text with its end marked, filled up to whole blocks."""
    content = text.encode() + b"\x80"
    return content + bytes(-len(content) % BLOCK_BYTES)


def _unpadded(content: bytes) -> str:
    return content.rstrip(b"\0").removesuffix(b"\x80").decode()
