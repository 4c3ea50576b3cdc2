"""What a lesson's form sends and shows."""

from typing import Any

from youke.kernel.errors import InvalidError
from youke.lessons.service import Lesson

FIELDS = (
    *("title", "stage", "grade", "subject", "edition", "volume", "chapter"),
    *("tags", "summary"),
)


def filled(form: dict[str, str]) -> dict[str, Any]:
    """Return what was filled in; tags come separated by commas of either script."""
    values: dict[str, Any] = {k: v for k, v in form.items() if v.strip()}
    tags = form["tags"].replace("，", ",").replace("、", ",").split(",")
    return values | {"tags": [tag.strip() for tag in tags if tag.strip()]}


def form_of(lesson: Lesson) -> dict[str, str]:
    """Return the form as it was filled in for a lesson; `filled` undoes it."""
    form = {name: str(getattr(lesson, name) or "") for name in FIELDS}
    return form | {"tags": ", ".join(lesson.tags)}


def field_of(error: InvalidError) -> str:
    """Return the field at which to say what is wrong."""
    return next((name for name in FIELDS if name in error.code), "title")
