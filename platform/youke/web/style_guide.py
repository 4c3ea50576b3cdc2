"""The living style guide: every piece, rendered in both languages."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from markupsafe import Markup

from youke.kernel.clock import now

LANGUAGES = {"zh_Hans": "中文", "en": "English"}


@dataclass(frozen=True)
class Named:
    """A code and its name, as a subject has them."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True)
class SampleLesson:
    """A lesson card with made-up contents."""

    id: str = "sample"
    title: str
    subject: Named
    grade_name: str
    teacher_name: str
    school_name: str
    duration_s: int | None = 754
    poster_url: str | None = None
    likes: int = 12034
    views: int = 53210
    playable: bool = True
    state: str = "ready"
    code: str | None = None
    reason: str | None = None
    watched: float = 0
    progress: float = 0


#: Words that are data in the product come in both languages here, like real data.
WORDS: dict[str, dict[str, Any]] = {
    "zh_Hans": {
        "title": "光的折射：筷子为什么看起来断了",
        "subjects": "语文 数学 英语 物理 化学 生物学 历史 地理 道德与法治 科学 音乐 "
        "美术",
        "grade": "八年级",
        "teacher": "张海涛",
        "school": "滨江区外国语学校",
        "question": "光从空气斜射入水中时，为什么折射角会变小？",
        "reason": "因为你喜欢《平面镜成像》",
    },
    "en": {
        "title": "Refraction: why a chopstick in water looks broken",
        "subjects": "Chinese Mathematics English Physics Chemistry Biology History "
        "Geography Ethics Science Music Art",
        "grade": "Grade 8",
        "teacher": "Zhang Haitao",
        "school": "Riverside School",
        "question": "Why does light bend towards the normal when it enters water?",
        "reason": "Because you liked “Plane mirrors”",
    },
}
CODES = (
    "chinese math english physics chemistry biology history geography politics "
    "science music art"
)


def specimens(
    *,
    render: Callable[..., str],
    in_locale: Callable[[str], AbstractContextManager[None]],
) -> list[dict[str, object]]:
    """Return the rendered pieces by language.

    :param render: renders the template of the pieces with a context.
    :param in_locale: makes a language the present one for a `with` block.
    """
    shown: list[dict[str, object]] = []
    for language, name in LANGUAGES.items():
        with in_locale(language):
            # Our own template's output: every value in it was escaped there.
            html = Markup(render(**samples(language)))  # noqa: S704
        shown.append({"language": language, "name": name, "html": html})
    return shown


def samples(language: str) -> dict[str, Any]:
    """Return what the pieces show, in a language."""
    words = WORDS[language]
    codes, names = CODES.split(), words["subjects"].split()
    subjects = [Named(*pair) for pair in zip(codes, names, strict=True)]
    lesson = SampleLesson(
        title=words["title"],
        subject=subjects[3],
        grade_name=words["grade"],
        teacher_name=words["teacher"],
        school_name=words["school"],
    )
    return {
        "language": language,
        "subjects": subjects,
        "lesson": lesson,
        "lessons": _variants(lesson, subjects, words["reason"]),
        "session": _session(subjects[3], words),
        "question": words["question"],
        "asked_at": now() - timedelta(hours=3),
    }


def _variants(
    lesson: SampleLesson, subjects: list[Named], reason: str
) -> list[SampleLesson]:
    return [
        lesson,
        replace(lesson, subject=subjects[0], reason=reason, duration_s=3754),
        replace(lesson, subject=subjects[1], watched=0.4),
        replace(lesson, subject=subjects[5], playable=False, duration_s=None),
    ]


def _session(subject: Named, words: dict[str, Any]) -> dict[str, Any]:
    start = now() + timedelta(days=2)
    return {
        "id": "sample",
        "subject": subject,
        "grade_names": [words["grade"]],
        "starts_at": start,
        "ends_at": start + timedelta(hours=2),
        "capacity": 20,
        "taken": 17,
        "places_left": 3,
        "tutor_names": [words["teacher"]],
        "state": "upcoming",
        "mine": True,
    }
