"""Watching and liking; the only writer of their tables."""

from youke.engagement.classes import watched_in_class
from youke.engagement.counted import (
    fold_counts,
    miscounted,
    put_counters_right,
    refresh_all_standings,
    refresh_changed_standings,
)
from youke.engagement.facts import (
    Fact,
    Interaction,
    Started,
    all_interactions,
    continue_watching,
    count_liked,
    count_watched,
    describe,
    history,
    liked,
    liked_lessons,
    progress_of,
    resume_position,
    watched_lessons,
)
from youke.engagement.forgetting import forget_likes, forget_person, forget_watches
from youke.engagement.liking import Likes, like, unlike
from youke.engagement.norms import refresh_norms
from youke.engagement.past import PastFact, record_past
from youke.engagement.standing import Standing, standings
from youke.engagement.watching import (
    Event,
    Heartbeat,
    record_watch,
    record_watches,
)

__all__ = [
    "Event",
    "Fact",
    "Heartbeat",
    "Interaction",
    "Likes",
    "PastFact",
    "Standing",
    "Started",
    "all_interactions",
    "continue_watching",
    "count_liked",
    "count_watched",
    "describe",
    "fold_counts",
    "forget_likes",
    "forget_person",
    "forget_watches",
    "history",
    "like",
    "liked",
    "liked_lessons",
    "miscounted",
    "progress_of",
    "put_counters_right",
    "record_past",
    "record_watch",
    "record_watches",
    "refresh_all_standings",
    "refresh_changed_standings",
    "refresh_norms",
    "resume_position",
    "standings",
    "unlike",
    "watched_in_class",
    "watched_lessons",
]
