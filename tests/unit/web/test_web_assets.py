"""Names of sources become addresses with a hash."""

import gzip
import json
from pathlib import Path

import pytest

from youke.web.assets import DIST, Assets, FrontEndNotBuiltError, UnknownAssetError

LARGEST_SCRIPT_BYTES = 60 * 1024


@pytest.fixture
def built(tmp_path: Path) -> Assets:
    manifest = {
        "src/main.ts": {"file": "assets/main-1a.js", "css": ["assets/m-2b.css"]}
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    (tmp_path / "favicon.svg").touch()
    return Assets(tmp_path)


def test_an_entry_has_the_address_of_its_built_file(built: Assets) -> None:
    assert built("src/main.ts") == "/static/assets/main-1a.js"
    assert built.css("src/main.ts") == ["/static/assets/m-2b.css"]


def test_a_public_file_keeps_its_name(built: Assets) -> None:
    assert built("favicon.svg") == "/static/favicon.svg"


def test_an_unknown_name_is_an_error_not_a_dead_link(built: Assets) -> None:
    with pytest.raises(UnknownAssetError):
        built("src/missing.ts")


def test_a_missing_build_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(FrontEndNotBuiltError, match="make setup"):
        Assets(tmp_path)("src/main.ts")


def test_the_script_of_every_page_is_small_enough_for_a_slow_line() -> None:
    manifest = json.loads((DIST / "manifest.json").read_text("utf-8"))
    script = DIST / manifest["src/main.ts"]["file"]
    assert len(gzip.compress(script.read_bytes())) < LARGEST_SCRIPT_BYTES
