"""Conversations as pages and programs show them, without a word of what was said."""

from collections.abc import Callable, Iterable
from typing import Any

from youke.counselling.aliases import alias_name
from youke.counselling.models import Thread
from youke.counselling.states import Author
from youke.counselling.threads import Said
from youke.counselling.wording import sentence_of


def thread_card(thread: Thread, locale: str, *, for_student: bool) -> dict[str, Any]:
    """Return what a list shows of a conversation."""
    wrote = thread.counsellor_wrote_at if for_student else thread.student_wrote_at
    seen = thread.student_seen_at if for_student else thread.counsellor_seen_at
    unread = wrote is not None and (seen is None or wrote > seen)
    latest = max(filter(None, (thread.student_wrote_at, thread.counsellor_wrote_at)))
    return {
        "id": thread.id,
        "alias": alias_name(thread.alias, locale),
        "state": thread.state,
        "opened_at": thread.opened_at,
        "latest_at": latest,
        "unread": unread,
        "counsellor_id": thread.counsellor_id,
    }


def said_cards(
    said: Iterable[Said], translate: Callable[[str], str]
) -> list[dict[str, Any]]:
    """Return messages; what the service itself said, in the reader's language."""
    return [
        {"author": each.author.value, "text": _text(each, translate), "at": each.at}
        for each in said
    ]


def _text(said: Said, translate: Callable[[str], str]) -> str:
    if said.author != Author.SYSTEM:
        return said.text
    sentence, data = sentence_of(said.text)
    return translate(sentence).format(*data)
