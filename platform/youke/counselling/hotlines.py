"""Numbers to call at once, whoever answers here or not."""

from dataclasses import dataclass


def N_(sentence: str) -> str:  # noqa: N802  the marker that Babel's extraction knows
    """Mark a sentence for translation where it is shown."""
    return sentence


@dataclass(frozen=True)
class Hotline:
    """A telephone number and who answers it."""

    number: str
    name: str


HOTLINES = (
    Hotline("12355", N_("Youth helpline")),
    Hotline("12356", N_("Psychological help, day and night")),
    Hotline("110", N_("Police, when somebody is in danger")),
    Hotline("120", N_("Ambulance, when somebody is hurt")),
    Hotline("12345", N_("The city's service line")),
)
