"""The demo's lessons: titles that fit, videos that draw."""

from dataclasses import replace
from pathlib import Path

import pytest

import youke_transcoder
from youke.catalogue.service import find_grade, find_subject
from youke.demo.lessons import LESSONS
from youke.demo.people import ACCOUNTS
from youke.demo.videos import draw, font, wrap


@pytest.mark.parametrize(
    ("text", "per_line", "lines"),
    [
        ("光的折射", 9, ["光的折射"]),
        ("春：朱自清笔下的五幅图画", 6, ["春：朱自清笔", "下的五幅图画"]),
        ("Past simple 一般过去时", 7, ["Past simple", "一般过去时"]),
        ("a", 1, ["a"]),
        ("", 5, [""]),
    ],
)
def test_a_title_breaks_between_characters_and_after_words(
    text: str, per_line: int, lines: list[str]
) -> None:
    assert wrap(text, per_line) == lines


@pytest.mark.parametrize("title", [lesson.title for lesson in LESSONS])
@pytest.mark.parametrize("per_line", [6, 9, 14])
def test_no_character_is_lost_and_no_line_is_too_wide(
    title: str, per_line: int
) -> None:
    lines = wrap(title, per_line)
    assert "".join(lines).replace(" ", "") == title.replace(" ", "")
    for line in lines:
        is_one_word = " " not in line and line.isascii()
        width = sum(1.0 if ord(c) > 0x2E7F else 0.55 for c in line)
        assert is_one_word or width <= per_line + 1


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.title)
def test_a_lesson_is_in_the_catalogue_and_has_a_teacher(lesson: object) -> None:
    assert find_subject(lesson.subject)  # type: ignore[attr-defined]  a DemoLesson
    assert find_grade(lesson.grade)  # type: ignore[attr-defined]
    assert lesson.teacher in {a.username for a in ACCOUNTS}  # type: ignore[attr-defined]


def test_titles_are_found_again_by_their_teacher() -> None:
    names = [(lesson.teacher, lesson.title) for lesson in LESSONS]
    assert len(names) == len(set(names))


def test_the_font_is_in_its_package() -> None:
    assert font().stat().st_size > 1_000_000


@pytest.mark.parametrize(
    "lesson",
    {(lesson.subject, lesson.size): lesson for lesson in LESSONS[:6]}.values(),
    ids=lambda lesson: f"{lesson.subject}-{lesson.size[0]}",
)
def test_a_video_draws_and_would_become_a_lesson(
    lesson: object, tmp_path: Path
) -> None:
    short = replace(lesson, seconds=2)  # type: ignore[type-var]  a DemoLesson
    target = tmp_path / "lesson.mp4"
    draw(short, "陈静", target)
    probe = youke_transcoder.probe(target)
    assert (probe.width, probe.height) == short.size
    assert probe.duration_s == pytest.approx(2, abs=0.1)
    assert probe.has_audio
