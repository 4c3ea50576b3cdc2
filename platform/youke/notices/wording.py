"""The sentence of each kind of notice, with places for its data.

A notice keeps its kind and its data, so it can be read in another language than the
one in which it was caused. The sentences are translation keys.
"""


def N_(sentence: str) -> str:  # noqa: N802  the marker that Babel's extraction knows
    """Mark a sentence for translation where it is shown."""
    return sentence


SENTENCES = {
    "lesson_ready": N_("Your lesson is ready to be watched: {title}"),
    "lesson_rejected": N_("The video of your lesson cannot be used: {title}"),
    "lesson_failed": N_("The video of your lesson could not be prepared: {title}"),
    "captions_made": N_(
        "Captions were made for your lesson; please read them through: {title}"
    ),
    "captions_failed": N_("No captions could be made for your lesson: {title}"),
    "ticket_called": N_("{tutor} is answering your question now: {question}"),
    "ticket_put_back": N_(
        "Your question is back at the head of the queue; the next tutor who is free"
        " takes it: {question}"
    ),
    "ticket_absent": N_(
        "You were not there when you were called, so your question is at the end of"
        " the queue now: {question}"
    ),
    "ticket_closed": N_(
        "You were not there a second time, so your place was given up. Your question"
        " is still open: {question}"
    ),
    "session_moved": N_(
        "The tutoring session of {before} takes place on {after} instead."
    ),
    "session_cancelled": N_(
        "The tutoring session of {before} is cancelled. Questions that waited are open"
        " again."
    ),
    "session_stuck": N_(
        "The session of {before} is on a make-up school day, and no free weekend was"
        " found for its tutors. Please choose another day."
    ),
    "ticket_unreached": N_(
        "The session ended before your turn. A tutor answers your question until"
        " {until}: {question}"
    ),
    "question_answered": N_("{tutor} has answered your question: {question}"),
    # Of counselling nobody learns more than this from a notice.
    "private_message": N_("You have a new message."),
    "help_needed": N_("Somebody needs your help now. Please look at once."),
}
