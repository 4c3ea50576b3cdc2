"""Finds the built front end: names of sources become addresses with a hash."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

DIST = Path(__file__).parent / "dist"
BASE_URL = "/static/"


class FrontEndNotBuiltError(RuntimeError):
    """The front end has not been built; run `make setup`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{self.__doc__} Missing: {path.name}")


class UnknownAssetError(KeyError):
    """The front end's build has no such entry or file."""


@dataclass(frozen=True)
class Assets:
    """The Jinja global `asset`: `asset("src/main.ts")`, `asset.css("src/main.ts")`."""

    folder: Path = field(default=DIST)

    def __call__(self, name: str) -> str:
        """Return the address of an entry point or of a file of `public/`."""
        if name in self._manifest:
            return BASE_URL + str(self._manifest[name]["file"])
        if (self.folder / name).is_file():
            return BASE_URL + name
        raise UnknownAssetError(name)

    def css(self, entry: str) -> list[str]:
        """Return the addresses of the style sheets that an entry point needs."""
        chunk = self._manifest.get(entry)
        if chunk is None:
            raise UnknownAssetError(entry)
        names = chunk.get("css", [])
        return [BASE_URL + name for name in names] if isinstance(names, list) else []

    @cached_property
    def _manifest(self) -> Mapping[str, Mapping[str, object]]:
        path = self.folder / "manifest.json"
        if not path.is_file():
            raise FrontEndNotBuiltError(path)
        manifest: dict[str, dict[str, object]] = json.loads(path.read_text("utf-8"))
        return manifest
