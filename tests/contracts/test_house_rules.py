"""The rules of the house that no linter can see."""

import ast
import configparser
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = {
    "youke": ROOT / "platform" / "youke",
    "youke_transcoder": ROOT / "transcoder" / "youke_transcoder",
    "youke_recommender": ROOT / "recommender" / "youke_recommender",
    "youke_migrations": ROOT / "migrations",
}
#: Where Flask may be spoken: at the edge.
FLASK = {"flask", "flask_login", "flask_wtf", "flask_limiter", "apiflask"}
FLASK_ROOMS = re.compile(
    r"(http/\w+|accounts/guards|\w+/api|\w+/pages|app|wsgi|cli|cli/\w+)\.py$"
)
#: What a feature may not take from another.
PRIVATE = {"models", "api", "pages", "tasks"}
#: They put everything together, so they may see everything.
COMPOSERS = {"app.py", "tables.py", "wsgi.py", "cli.py"}
LONGEST_FUNCTION = 60
LONGEST_FILE = 400


def modules() -> Iterator[tuple[str, Path]]:
    for package, folder in SOURCES.items():
        for path in sorted(folder.rglob("*.py")):
            if "node_modules" not in path.parts:
                yield f"{package}/{path.relative_to(folder)}", path


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_package_shadows_the_standard_librarys_platform() -> None:
    strays = [ROOT / "platform" / "__init__.py", *ROOT.glob("tests/**/__init__.py")]
    assert [path for path in strays if path.exists()] == []


def test_every_package_is_listed_for_the_wheel_and_no_other() -> None:
    config = configparser.ConfigParser(interpolation=None)
    config.read(ROOT / "setup.cfg")
    listed = set(config["options"]["packages"].split())
    found = {
        ".".join([package, *path.parent.relative_to(folder).parts])
        for package, folder in SOURCES.items()
        for path in folder.rglob("__init__.py")
        if "node_modules" not in path.parts
    }
    assert listed == found


def test_flask_is_spoken_only_at_the_edge() -> None:
    speakers = {
        name
        for name, path in modules()
        if FLASK & {module.split(".")[0] for module in imports(path)}
        and not FLASK_ROOMS.search(name)
    }
    assert speakers == set()


def test_a_feature_takes_from_another_only_what_it_offers() -> None:
    takers = set()
    for name, path in modules():
        feature = name.split("/")[1]
        if feature in COMPOSERS or not name.startswith("youke/"):
            continue
        for module in imports(path):
            parts = module.split(".")
            foreign = len(parts) > 2 and parts[0] == "youke" and parts[1] != feature
            if foreign and parts[2] in PRIVATE:
                takers.add(f"{name} imports {module}")
    assert takers == set()


def test_the_environment_is_read_in_one_place() -> None:
    allowed = {"youke/kernel/config.py"}
    readers = {
        name
        for name, path in modules()
        if re.search(r"os\.(environ|getenv)", path.read_text(encoding="utf-8"))
    }
    engines_and_starters = {
        name
        for name in readers
        if name.startswith(("youke_", "youke/embedded", "youke/cli"))
    }
    assert readers - allowed - engines_and_starters == set()


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX", "NotImplementedError"])
def test_nothing_is_left_for_later(word: str) -> None:
    guilty = [n for n, path in modules() if word in path.read_text(encoding="utf-8")]
    assert guilty == []


def test_functions_and_files_stay_short() -> None:
    long = []
    for name, path in modules():
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > LONGEST_FILE:
            long.append(name)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > LONGEST_FUNCTION and "versions" not in name:
                    long.append(f"{name}:{node.name}")
    assert long == []


def test_the_lock_files_name_no_registry() -> None:
    locks = [
        *ROOT.glob("requirements*.lock"),
        *ROOT.glob("platform/**/package-lock.json"),
    ]
    texts = [
        p.read_text(encoding="utf-8") for p in locks if "node_modules" not in p.parts
    ]
    assert len(texts) == 3
    assert not any('"resolved"' in text or "index-url" in text for text in texts)
