"""Measures how fast facts are written down, durably, and that none gets lost.

    python bench/engagement.py [--only service,http] [--people 1000] [--report R.json]

A whole `youke up` is started in a folder of its own: its PostgreSQL with every safety
on, two web processes, a worker that folds counters. `service` calls the functions that
requests and jobs call, from processes of its own, each heartbeat in its transaction;
`http` sends real requests with tokens. The callers share the machine with what they
measure: on two processors the true figures are higher.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.rows import Row, add_arguments, end, measure
from bench.service import running

from youke.kernel.db import libpq_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from uuid import UUID

PROCESSES, THREADS = 2, 4
#: Each student may claim 30 seconds at once: so many heartbeats of one second.
BEATS = 30
#: Heartbeats in one request of a player that was without a network.
PIECE = 15
LESSONS = 50
#: For each student who watches so many like.
CROWD = 5
#: The goals of the project.
BEATS_WANTED, LIKES_WANTED, EXACT_S = 1_500, 800, 10

_FILL = """
INSERT INTO people (id, username, name, password_hash, roles, grade, created_at)
SELECT gen_random_uuid(), 'bench' || n, 'n', '', '{student}', 7, now()
FROM generate_series(1, %(people)s) AS n;
INSERT INTO lessons (id, owner_id, title, summary, stage, grade, subject, tags, state,
    progress, playable, duration_s, published_at, created_at, likes, views)
SELECT gen_random_uuid(), (SELECT id FROM people WHERE username = 'teacher'),
    'lesson ' || n, '', 'junior', 7, 'math', '{}', 'ready', 1, true, 2400, now(),
    now(), 0, 0
FROM generate_series(1, %(lessons)s) AS n;
"""
_TOKENS = """
INSERT INTO access_tokens (digest, person_id, created_at, expires_at)
SELECT encode(sha256(convert_to(id::text, 'UTF8')), 'hex'), id, now(),
    now() + interval '1 day'
FROM people WHERE username LIKE 'bench%%'
"""


@dataclass(frozen=True)
class Town:
    """Students and lessons of a running service."""

    database_url: str
    url: str
    people: Sequence[UUID]
    #: Those who like; a like is soon done, so they are many.
    crowd: Sequence[UUID]
    lessons: Sequence[UUID]

    def ask(self, query: str) -> float:
        """Return the one number that a query finds."""
        with psycopg.connect(libpq_url(self.database_url)) as connection:
            row = connection.execute(query.encode()).fetchone()
        return float(row[0] or 0) if row else 0.0

    def forget(self) -> None:
        """Take everything that was written back."""
        with psycopg.connect(libpq_url(self.database_url)) as connection:
            connection.execute(
                "TRUNCATE watches, watch_meters, views, likes, count_changes"
            )
            connection.execute("UPDATE lessons SET likes = 0, views = 0")


@dataclass(frozen=True)
class Share:
    """What one process does: these students, on the town's lessons."""

    town: Town
    people: Sequence[UUID]
    deed: str


def fill(folder: Path, url: str, people: int) -> Town:
    """Fill a running service with students, their tokens, and lessons."""
    endpoints = json.loads((folder / "endpoints.json").read_text(encoding="utf-8"))
    database_url = endpoints["YOUKE_DATABASE_URL"]
    with psycopg.connect(libpq_url(database_url)) as connection:
        for statement in filter(str.strip, _FILL.split(";")):
            connection.execute(
                statement.encode(), {"people": people * CROWD, "lessons": LESSONS}
            )
        connection.execute(_TOKENS)
        known = "SELECT id FROM people WHERE username LIKE 'bench%'"
        ids = [row[0] for row in connection.execute(known)]
        lessons = [row[0] for row in connection.execute("SELECT id FROM lessons")]
    return Town(
        database_url=database_url,
        url=url,
        people=ids[:people],
        crowd=ids,
        lessons=lessons,
    )


def by_service(share: Share) -> None:
    """Call the service from threads, each call in a transaction of its own."""
    from youke.accounts.service import Person
    from youke.engagement import service as engagement
    from youke.kernel.db import Database

    database = Database(share.town.database_url, pool_size=THREADS)
    lessons = share.town.lessons

    def beat(second: int) -> engagement.Heartbeat:
        return engagement.Heartbeat(
            session="bench", position_s=second, intervals=[(second, second + 1)]
        )

    def one_by_one(number: int, person: Person) -> None:
        for second in range(BEATS):
            with database.transaction() as session:
                lesson = lessons[number % LESSONS]
                engagement.record_watch(session, person, lesson, beat(second))

    def in_pieces(number: int, person: Person) -> None:
        lesson = lessons[number % LESSONS]
        for start in range(0, BEATS, PIECE):
            events = [
                engagement.Event(lesson_id=lesson, beat=beat(second))
                for second in range(start, start + PIECE)
            ]
            with database.transaction() as session:
                engagement.record_watches(session, person, events)

    def like(_number: int, person: Person) -> None:
        with database.transaction() as session:
            engagement.like(session, person, lessons[0])

    deeds = {"beats": one_by_one, "pieces": in_pieces, "likes": like}
    people = [
        Person(id=each, roles=["student"], grade=7, organisation_id=None)
        for each in share.people
    ]
    _spread(deeds[share.deed], people)
    database.close()


def by_http(share: Share) -> None:
    """Send requests over connections that stay open, one of each thread."""
    lessons, address = share.town.lessons, urlsplit(share.town.url)

    def event(second: int) -> dict[str, Any]:
        seen = [[second, second + 1]]
        return {"session": "bench", "position_s": second, "intervals": seen}

    def one_by_one(number: int) -> Iterator[tuple[str, str, Any]]:
        path = f"/api/v1/lessons/{lessons[number % LESSONS]}/watch"
        return (("POST", path, event(second)) for second in range(BEATS))

    def in_pieces(number: int) -> Iterator[tuple[str, str, Any]]:
        lesson = {"lesson": str(lessons[number % LESSONS])}
        for start in range(0, BEATS, PIECE):
            events = [event(s) | lesson for s in range(start, start + PIECE)]
            yield "POST", "/api/v1/watches", {"events": events}

    def like(_number: int) -> Iterator[tuple[str, str, Any]]:
        yield "PUT", f"/api/v1/lessons/{lessons[0]}/like", None

    deeds = {"beats": one_by_one, "pieces": in_pieces, "likes": like}
    open_ones: dict[int, http.client.HTTPConnection] = {}

    def act(number: int, person: UUID) -> None:
        key = number % THREADS
        connection = open_ones.setdefault(
            key, http.client.HTTPConnection(address.hostname or "", address.port)
        )
        headers = {
            "Authorization": f"Bearer {person}",
            "Content-Type": "application/json",
        }
        for method, path, body in deeds[share.deed](number):
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status >= 300:
                raise RuntimeError(f"{path} answered {answer.status}")

    _spread(act, share.people)


def _spread(act: Callable[[int, Any], None], people: Sequence[Any]) -> None:
    """Let each thread do what every so-manieth person does, in order."""

    def thread(first: int) -> None:
        for number in range(first, len(people), THREADS):
            act(number, people[number])

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(thread, first) for first in range(THREADS)]:
            done.result()


def timed(town: Town, how: Callable[[Share], None], deed: str) -> float:
    """Return the seconds that all students' doing takes, from all processes."""
    everybody = town.crowd if deed == "likes" else town.people
    shares = [Share(town, everybody[n::PROCESSES], deed) for n in range(PROCESSES)]
    context = multiprocessing.get_context("spawn")
    with context.Pool(PROCESSES) as pool:
        warm = [Share(town, (), deed)] * PROCESSES
        pool.map(how, warm, chunksize=1)
        began = time.perf_counter()
        pool.map(how, shares, chunksize=1)
        return time.perf_counter() - began


def beats(
    town: Town, how: Callable[[Share], None], deed: str, what: str
) -> Iterator[Row]:
    """Measure heartbeats of all students, and whether each second was stored."""
    town.forget()
    spent_s = timed(town, how, deed)
    sent = len(town.people) * BEATS
    stored = town.ask("SELECT sum(seconds) FROM watches")
    yield Row(f"heartbeats {what}", sent / spent_s, BEATS_WANTED, "/s", at_least=True)
    yield Row(f"seconds sent and not stored, {what}", abs(sent - stored), 0, "s")


def likes(town: Town, how: Callable[[Share], None], what: str) -> Iterator[Row]:
    """Measure likes of all students for one lesson, and when the counter is right."""
    town.forget()
    spent_s = timed(town, how, "likes")
    began = time.perf_counter()
    sent, counter = len(town.crowd), "SELECT max(likes) FROM lessons"
    while town.ask(counter) != sent and time.perf_counter() - began < 6 * EXACT_S:
        time.sleep(0.05)
    exact_s = time.perf_counter() - began
    rate = sent / spent_s
    yield Row(f"likes of one lesson {what}", rate, LIKES_WANTED, "/s", at_least=True)
    yield Row(f"its counter is exact after, {what}", exact_s, EXACT_S, "s")


def through_the_service(town: Town) -> Iterator[Row]:
    """Measure the functions that every request calls."""
    yield from beats(town, by_service, "beats", "by the service, one a transaction")
    pieces = f"by the service, {PIECE} a transaction"
    yield from beats(town, by_service, "pieces", pieces)
    yield from likes(town, by_service, "by the service")


def over_http(town: Town) -> Iterator[Row]:
    """Measure real requests to two web processes, the callers beside them."""
    yield from beats(town, by_http, "beats", "over HTTP, one a request")
    yield from beats(town, by_http, "pieces", f"over HTTP, {PIECE} a request")
    yield from likes(town, by_http, "over HTTP")


PARTS = {"service": through_the_service, "http": over_http}


def main() -> list[Row]:
    """Start a service, fill it, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser, PARTS)
    parser.add_argument("--people", type=int, default=1_000)
    given = parser.parse_args()
    with running() as service:
        town = fill(service.data, service.url, given.people)
        return measure(PARTS, town, given)


if __name__ == "__main__":
    end(main())
