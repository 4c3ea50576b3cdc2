"""What is wrong with a form, as sentences for people, by field."""

from typing import Any

from flask_babel import gettext
from pydantic import ValidationError


def N_(sentence: str) -> str:  # noqa: N802  the marker that Babel's extraction knows
    """Mark a sentence for translation where it is shown."""
    return sentence


#: Pydantic's kinds of errors that people can make in our forms.
SENTENCES = {
    "missing": N_("Please fill this in."),
    "string_too_short": N_("Please fill this in."),
    "string_too_long": N_("At most {max_length} characters fit here."),
    "too_long": N_("At most {max_length} fit here."),
}
OTHERWISE = N_("Please check this.")


def sentences(error: ValidationError) -> dict[str, str]:
    """Return the first problem of each field in the reader's language."""
    found: dict[str, str] = {}
    for problem in error.errors():
        field = str(problem["loc"][0]) if problem["loc"] else "form"
        found.setdefault(field, _sentence(problem["type"], problem.get("ctx") or {}))
    return found


def _sentence(kind: str, context: dict[str, Any]) -> str:
    template: str = gettext(SENTENCES.get(kind, OTHERWISE))
    return template.format_map(context)
