"""What became of a model and why, in sentences for those who look after it."""

import re
from collections.abc import Callable

from youke.recommendations.comparing import Finding
from youke.recommendations.states import ModelState


def N_(sentence: str) -> str:  # noqa: N802  the marker that Babel's extraction knows
    """Mark a sentence for translation where it is shown."""
    return sentence


STATES = {
    ModelState.CURRENT: N_("In use"),
    ModelState.READY: N_("Ready, not in use"),
    ModelState.RETIRED: N_("Earlier"),
    ModelState.WITHDRAWN: N_("Taken back"),
    ModelState.REFUSED: N_("Not good enough"),
    ModelState.CANDIDATE: N_("Learning"),
}

ALGORITHMS = {
    "blend": N_("Blend"),
    "als": N_("Matrix factors (ALS)"),
    "ease": N_("Linear model (EASE)"),
    "neighbours": N_("Neighbours"),
    "popularity": N_("Popularity"),
    "content": N_("Content"),
    "present": N_("The present recipe"),
}

#: Of what models say in a log, the patterns, and what people are told.
REASONS = (
    (
        r"too little data: (?P<have>\d+) people, at least (?P<least>\d+) are needed",
        N_("Too little data: %(have)s people, at least %(least)s are needed."),
    ),
    (
        r"too little data: (?P<have>\d+) lessons, at least (?P<least>\d+) are needed",
        N_("Too little data: %(have)s lessons, at least %(least)s are needed."),
    ),
    (
        r"too little data: (?P<have>\d+) facts, at least (?P<least>\d+) are needed",
        N_("Too little data: %(have)s facts, at least %(least)s are needed."),
    ),
    (
        r"not measured: (?P<have>\d+) people in the hold-out",
        N_("Not measured: only %(have)s people can judge it yet."),
    ),
    (
        r"popularity has the better .*",
        N_("Mere popularity predicts better what is watched next."),
    ),
    (
        r"neighbours has the better .*",
        N_("Neighbours alone predict better what is watched next."),
    ),
    (
        r"the present model's recipe has the better .*",
        N_("The present model's recipe predicts better what is watched next."),
    ),
    (
        r"\w+ shows too few different lessons",
        N_("It shows less than half as many different lessons as the present one."),
    ),
    (
        r"it would know (?P<have>\d+) lessons; the present model knows (?P<had>\d+)",
        N_("It would know %(have)s lessons; the present model knows %(had)s."),
    ),
    (
        r"it would know (?P<have>\d+) facts; the present model knows (?P<had>\d+)",
        N_("It would know %(have)s facts; the present model knows %(had)s."),
    ),
)

FINDINGS = {
    Finding.TOO_SMALL: N_("Too little was shown to tell."),
    Finding.NO_DIFFERENCE: N_("No difference can be told yet."),
    Finding.CONTROL_BETTER: N_("The present model's lessons are opened more often."),
    Finding.CHALLENGER_BETTER: N_("The challenger's lessons are opened more often."),
}

SOURCES = {
    "als": N_("For this person"),
    "next": N_("Next of the unit"),
    "unit": N_("Of the present unit"),
    "related": N_("Alike"),
    "popular": N_("Popular"),
    "new": N_("New"),
    "pinned": N_("A teacher's choice"),
    "explore": N_("A new lesson's chance"),
}


def reason_in(reason: str | None, say: Callable[..., str]) -> str | None:
    """Return a stored reason in the reader's language; unknown ones as they are.

    :param say: `gettext`, which also fills in the data.
    """
    if reason is None:
        return None
    for pattern, sentence in REASONS:
        found = re.fullmatch(pattern, reason)
        if found:
            return say(sentence, **found.groupdict())
    return reason
