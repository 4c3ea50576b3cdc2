"""Why a lesson is recommended, in the reader's language and never more than true."""

from collections.abc import Mapping
from uuid import UUID

from flask_babel import get_locale, gettext

from youke.catalogue.service import grade_of, name_of
from youke.lessons.service import Lesson
from youke.recommendations.content import Likeness
from youke.recommendations.picks import Pick, Source, Taste

#: Sources that depend on what one person did.
PERSONAL = frozenset({Source.NEXT, Source.ALS, Source.RELATED})


def personal_reason(
    pick: Pick, lesson: Lesson, taste: Taste, known: Mapping[UUID, Lesson]
) -> str:
    """Say why this lesson is recommended to the person with this history.

    :param known: lessons that may be named; of a hidden one not even the title.
    """
    match pick.source:
        case Source.PINNED:
            reason = gettext("Your teacher recommends this")
        case Source.UNIT:
            reason = gettext("Your class is at “%(unit)s”", unit=lesson.chapter)
        case Source.POPULAR:
            reason = gettext("Popular in %(grade)s", grade=_grade(lesson))
        case Source.NEW | Source.EXPLORE:
            reason = gettext("New in %(grade)s", grade=_grade(lesson))
        case _:
            reason = _because(pick, taste, known)
    return str(reason)


def _because(pick: Pick, taste: Taste, known: Mapping[UUID, Lesson]) -> object:
    named = known.get(pick.because) if pick.because else None
    if named is None:
        return gettext("Like what you have watched")
    if pick.source is Source.NEXT:
        return gettext("Next after “%(title)s”", title=named.title)
    if named.id in taste.liked:
        return gettext("Because you liked “%(title)s”", title=named.title)
    return gettext("Because you watched “%(title)s”", title=named.title)


def related_reason(pick: Pick, likeness: Likeness) -> str:
    """Say what a related lesson has in common with the one beside it."""
    if pick.source is Source.ALS:
        return str(gettext("Watched by the same people"))
    match likeness:
        case Likeness.CHAPTER:
            return str(gettext("From the same chapter"))
        case Likeness.SUBJECT:
            return str(gettext("Of the same subject"))
        case Likeness.TAGS:
            return str(gettext("On the same topic"))


def explanation(source: Source, *, profiled: bool) -> str:
    """Say how such a recommendation comes about, and what of the reader was used."""
    match source:
        case Source.PINNED:
            how = gettext("A teacher of your class chose this lesson for all of you.")
        case Source.UNIT:
            how = gettext("It belongs to a unit that your class is watching now.")
        case Source.NEXT:
            how = gettext("It follows, in its unit, a lesson that you have watched.")
        case Source.ALS:
            how = gettext("Students who watched the same lessons also watched this.")
        case Source.RELATED:
            how = gettext("Its subject, chapter or topics are like those you chose.")
        case Source.POPULAR:
            how = gettext("Many students of this grade watched or liked it lately.")
        case Source.NEW:
            how = gettext("It was published lately and suits this grade.")
        case Source.EXPLORE:
            how = gettext("New lessons take turns in this place, so that each is seen.")
    used = _used(source, profiled=profiled)
    space = " " if str(get_locale()).startswith("en") else ""
    return f"{how}{space}{used}"


def _used(source: Source, *, profiled: bool) -> str:
    if not profiled:
        used = gettext("Nothing that you watched or liked was used.")
    elif source in PERSONAL:
        used = gettext("What you watched and liked decides the order.")
    else:
        used = gettext("What you have seen or liked already was only left out.")
    return str(used)


def _grade(lesson: Lesson) -> str:
    return name_of(grade_of(lesson.grade), str(get_locale()))
