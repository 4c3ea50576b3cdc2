"""After signing in one goes on to a page of this site, and to no other."""

import pytest

from youke.http.preferences import own_path


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/lessons?q=%E5%85%89&grade=8",
        "/lessons?q=光的折射",
        "/questions/0199-1#answer",
        "/a//b",  # two slashes later in the path are no host
    ],
)
def test_a_path_of_this_site_is_kept(target: str) -> None:
    assert own_path(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "lessons",  # relative to wherever one is
        "//evil.example",
        "///evil.example",
        "/\\evil.example",  # browsers read a backslash as a slash
        "\\\\evil.example",
        "/lessons\\..\\..",
        "https:evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "data:text/html,hi",
        "/\t/evil.example",  # browsers drop tabs and line ends
        "/\n/evil.example",
        "/\r\nSet-Cookie: x=1",
        "\t//evil.example",
        " //evil.example",
        "/\x00/evil",
        "/\u2028evil",
        "/\u202egnp.exe",  # turns the direction of reading
    ],
)
def test_any_other_target_leads_home(target: str | None) -> None:
    assert own_path(target) == "/"
