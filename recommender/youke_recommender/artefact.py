"""The file a model is kept in: an ``.npz`` without pickle that proves itself whole.

Members: ``header`` (JSON as bytes: format, version, kind, parameters, checksum),
``item_ids`` (JSON as bytes) and the model's own arrays.  Any trainer that writes
this file can be served.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from youke_recommender.errors import ModelDamagedError, ModelFitError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

FORMAT = "youke-recommender-model"
VERSION = 1

_RESERVED = frozenset({"header", "item_ids"})


@dataclass(frozen=True, slots=True, eq=False)
class Artefact:
    """A model taken apart into plain values: what is written and what is read."""

    kind: str
    item_ids: tuple[str, ...]
    #: Values that JSON can carry: what it was trained with, and needs for serving.
    params: Mapping[str, Any] = field(default_factory=dict)
    #: Numeric arrays by name; every float in them is finite.
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def array(self, name: str, shape: tuple[int, ...]) -> NDArray[Any]:
        """Return an array of this shape (-1: any length) or refuse the artefact."""
        found = self.arrays.get(name)
        if found is None:
            raise ModelDamagedError(f"array {name} is missing")
        fits = len(found.shape) == len(shape) and all(
            want in {-1, have} for want, have in zip(shape, found.shape, strict=True)
        )
        if not fits:
            raise ModelDamagedError(f"array {name} has shape {found.shape}")
        return found


def write_artefact(path: Path | str, artefact: Artefact) -> str:
    """Write the file so that it appears whole or not at all; return its SHA-256.

    The bytes depend on the content alone.  Raises ``ModelFitError`` when a number
    is not finite, before anything is written.
    """
    content = _encode(artefact)
    target = Path(path)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return hashlib.sha256(content).hexdigest()


def read_artefact(path: Path | str, sha256: str | None = None) -> Artefact:
    """Read a file and check it; with ``sha256``, also that it is the very file.

    Raises ``ModelDamagedError`` with the reason, ``FileNotFoundError`` for no file.
    """
    content = Path(path).read_bytes()
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        raise ModelDamagedError("the file is not the one that was registered")
    members = _members(content)
    header = _header(members)
    item_ids = _item_ids(members)
    arrays = {k: v for k, v in members.items() if k not in _RESERVED}
    if header.pop("checksum") != _checksum(header, members["item_ids"], arrays):
        raise ModelDamagedError("checksum differs")
    broken = _not_finite(arrays)
    if broken:
        raise ModelDamagedError(
            f"array {broken} holds something else than finite numbers"
        )
    return Artefact(str(header["kind"]), item_ids, header["params"], arrays)


def _encode(artefact: Artefact) -> bytes:
    broken = _not_finite(artefact.arrays)
    if broken:
        raise ModelFitError
    item_ids = _json_array(list(artefact.item_ids))
    header: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "kind": artefact.kind,
        "params": dict(artefact.params),
    }
    header["checksum"] = _checksum(header, item_ids, artefact.arrays)
    members = {"header": _json_array(header), "item_ids": item_ids, **artefact.arrays}
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **members)
    return buffer.getvalue()


def _members(content: bytes) -> dict[str, NDArray[Any]]:
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as opened:
            return {name: opened[name] for name in opened.files}
    except Exception as error:
        # Whatever a parser trips over (zip, header, memory for an absurd shape), the
        # answer is the same.
        raise ModelDamagedError("not a readable .npz file") from error


def _header(members: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    header = _from_json(members, "header")
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ModelDamagedError("not a model of this engine")
    if header.get("version") != VERSION:
        raise ModelDamagedError(f"format version {header.get('version')} is unknown")
    if not {"kind", "params", "checksum"} <= header.keys():
        raise ModelDamagedError("the header is incomplete")
    return header


def _item_ids(members: Mapping[str, NDArray[Any]]) -> tuple[str, ...]:
    ids = _from_json(members, "item_ids")
    if not isinstance(ids, list) or not all(isinstance(i, str) for i in ids):
        raise ModelDamagedError("item_ids is not a list of strings")
    if len(set(ids)) != len(ids):
        raise ModelDamagedError("an item id is repeated")
    return tuple(ids)


def _json_array(value: object) -> NDArray[np.uint8]:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True)
    return np.frombuffer(text.encode(), dtype=np.uint8)


def _from_json(members: Mapping[str, NDArray[Any]], name: str) -> Any:
    if name not in members:
        raise ModelDamagedError(f"{name} is missing")
    try:
        return json.loads(members[name].tobytes().decode())
    except ValueError as error:
        raise ModelDamagedError(f"{name} is not JSON") from error


def _checksum(
    header: Mapping[str, Any],
    item_ids: NDArray[Any],
    arrays: Mapping[str, NDArray[Any]],
) -> str:
    digest = hashlib.sha256(_json_array(header).tobytes() + item_ids.tobytes())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.data)
    return digest.hexdigest()


def _not_finite(arrays: Mapping[str, NDArray[Any]]) -> str | None:
    for name, array in arrays.items():
        if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
            return name
    return None
