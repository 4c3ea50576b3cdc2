"""The national catalogue's first levels: stage 学段, grade 年级, subject 学科.

They change once in a decade, so they are constants, not rows. Names come in both
languages here because they are data, shown by the reader's choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """A stage of schooling; 五四学制 is a stage of its own, never merged with 六三."""

    code: str
    zh: str
    en: str
    grades: tuple[int, ...]


@dataclass(frozen=True)
class Grade:
    """A school year, 1 to 12."""

    number: int
    zh: str
    en: str

    @property
    def code(self) -> str:
        """The grade's number as text, for forms."""
        return str(self.number)


@dataclass(frozen=True)
class Subject:
    """A school subject."""

    code: str
    zh: str
    en: str


STAGES: Sequence[Stage] = (
    Stage("primary", "小学", "Primary school", (1, 2, 3, 4, 5, 6)),
    Stage("junior", "初中", "Junior secondary", (7, 8, 9)),
    Stage("senior", "高中", "Senior secondary", (10, 11, 12)),
    Stage("primary54", "小学（五四学制）", "Primary school (5-4)", (1, 2, 3, 4, 5)),
    Stage("junior54", "初中（五四学制）", "Junior secondary (5-4)", (6, 7, 8, 9)),
)

_GRADE_NAMES = (
    "一年级 二年级 三年级 四年级 五年级 六年级 七年级 八年级 九年级 高一 高二 高三"
)
GRADES: Sequence[Grade] = tuple(
    Grade(number, zh, f"Grade {number}")
    for number, zh in enumerate(_GRADE_NAMES.split(), start=1)
)

SUBJECTS: Sequence[Subject] = (
    Subject("chinese", "语文", "Chinese"),
    Subject("math", "数学", "Mathematics"),
    Subject("english", "英语", "English"),
    Subject("physics", "物理", "Physics"),
    Subject("chemistry", "化学", "Chemistry"),
    Subject("biology", "生物学", "Biology"),
    Subject("history", "历史", "History"),
    Subject("geography", "地理", "Geography"),
    Subject("politics", "道德与法治", "Ethics and law"),
    Subject("science", "科学", "Science"),
    Subject("music", "音乐", "Music"),
    Subject("art", "美术", "Art"),
    Subject("pe", "体育与健康", "Physical education"),
    Subject("it", "信息科技", "Information technology"),
    Subject("labour", "劳动", "Labour"),
    Subject("psychology", "心理健康", "Mental health"),
)

#: Names that people also use for the same thing.
ALIASES = {
    "初一": "七年级",
    "初二": "八年级",
    "初三": "九年级",
    "生物": "生物学",
    "思想政治": "道德与法治",
    "政治": "道德与法治",
    "体育": "体育与健康",
    "信息技术": "信息科技",
    "maths": "math",
    "mathematics": "math",
}
