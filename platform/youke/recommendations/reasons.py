"""Why a lesson is recommended, in the reader's language and never more than true."""

from flask_babel import get_locale, gettext

from youke.catalogue.service import grade_of, name_of
from youke.recommendations.candidates import Candidate
from youke.recommendations.content import Likeness, common
from youke.recommendations.ranking import Pick, Source, Taste


def personal_reason(pick: Pick, taste: Taste) -> str:
    """Say why this lesson is recommended to the person with this history."""
    if pick.source is Source.POPULAR:
        return str(gettext("Popular in %(grade)s", grade=_grade(pick.lesson)))
    if pick.source is Source.NEW:
        return str(gettext("New in %(grade)s", grade=_grade(pick.lesson)))
    spoken_for = taste.lessons.get(pick.because) if pick.because else None
    if spoken_for is None:
        # What speaks for it has been withdrawn; its title is nobody's business now.
        return str(gettext("Like what you have watched"))
    if spoken_for.id in taste.liked:
        return str(gettext("Because you liked “%(title)s”", title=spoken_for.title))
    return str(gettext("Because you watched “%(title)s”", title=spoken_for.title))


def related_reason(pick: Pick, lesson: Candidate) -> str:
    """Say what a related lesson has in common with this one."""
    if pick.source is Source.ALS:
        return str(gettext("Watched by the same people"))
    match common(lesson, pick.lesson):
        case Likeness.CHAPTER:
            return str(gettext("From the same chapter"))
        case Likeness.SUBJECT:
            return str(gettext("Of the same subject"))
        case Likeness.TAGS:
            return str(gettext("On the same topic"))


def _grade(lesson: Candidate) -> str:
    return name_of(grade_of(lesson.grade), str(get_locale()))
