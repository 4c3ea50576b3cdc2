"""Measures how fast people are answered what to watch next, and how fresh that is.

    python bench/recommending.py [--only process,http] [--students 1000000] [--report R]

`process` times an answer in this process on one core: fold-in, filter, rank, vary,
explain, among `--catalogue` lessons. `http` starts a whole `youke up`, fills it with
`--lessons` and `--students`, each of whom liked something, gives it a model of all
lessons, and sends real requests with tokens. The callers share the processors with what
they measure: the true figures are better.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import numpy as np
import psycopg
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.rows import Row, add_arguments, end, measure, say
from bench.service import running

from youke.catalogue.service import SUBJECTS, stage_of_grade
from youke.engagement.service import Fact
from youke.kernel.config import Settings
from youke.kernel.db import libpq_url
from youke.recommendations.audience import Audience, near_grades
from youke.recommendations.exploration import Ticket
from youke.recommendations.picks import Taste, Wish
from youke.recommendations.ranking import rank
from youke.recommendations.serving import Served
from youke.recommendations.snapshot import GRADES, Entry, Snapshot, Standings
from youke.storage import ObjectStore
from youke_recommender import AlsModel, AlsParams

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.service import Service

FACTORS, HISTORY, LIMIT = 64, 50, 12
#: Students who ask, each with a token; the others are only there.
ASKING, CALLERS = 400, 8
#: The goals of the project.
P50_MS, P99_MS, PER_S, P95_MS, FRESH_S = 2, 6, 200, 60, 300
PATIENCE_S = 600


@dataclass(frozen=True)
class Options:
    """How much of everything."""

    catalogue: int
    lessons: int
    students: int
    requests: int


def process(options: Options) -> Iterator[Row]:
    """Time answers without a database, for a student and for a teacher."""
    random = np.random.default_rng(0)
    city, ids = _city(options.catalogue, random)
    served = Served.of(uuid4(), _model(tuple(map(str, ids)), random))
    student = Audience(stage="junior", grade=7, near=near_grades(7))
    with threadpool_limits(1):
        for who, audience in (("a student", student), ("a teacher", Audience())):
            took = _answers(city, served, audience, (ids, options.requests, random))
            what = f"in process, {options.catalogue} lessons, {who}"
            yield Row(f"{what}: median", float(np.percentile(took, 50)), P50_MS, "ms")
            yield Row(
                f"{what}: 99th percentile", float(np.percentile(took, 99)), P99_MS, "ms"
            )


def _answers(
    city: Snapshot, served: Served, audience: Audience, how: tuple[Any, int, Any]
) -> list[float]:
    ids, requests, random = how
    fits = np.flatnonzero(city.fits(audience))
    took = []
    for number in range(requests + 20):
        rows = random.choice(fits, HISTORY, replace=False).tolist()
        now = datetime.now(UTC)
        facts = [
            Fact(lesson_id=ids[row], watched=0.9, liked=n % 3 == 0, at=now)
            for n, row in enumerate(rows)
        ]
        started = time.perf_counter()
        wish = Wish(
            audience=audience,
            limit=LIMIT,
            taste=Taste(facts=facts),
            ticket=Ticket(person_id=ids[0], day=now.date()),
        )
        if len(rank(city, wish, served)) != LIMIT:
            sys.exit("an answer is too short")
        if number >= 20:  # the first ones fill caches that all later ones use
            took.append((time.perf_counter() - started) * 1000)
    return took


def _city(count: int, random: np.random.Generator) -> tuple[Snapshot, list[UUID]]:
    now = datetime.now(UTC)
    grades = random.integers(1, 13, count).tolist()
    entries = [
        Entry(
            id=UUID(int=number + 1),
            title=f"第{number % 20 + 1}课时",
            stage=stage_of_grade(grade).code,
            grade=grade,
            subject=SUBJECTS[number % len(SUBJECTS)].code,
            edition="1",
            volume="1",
            chapter=str(number % 60),
            tags=(str(number % 300), str(number % 7)),
            owner_id=UUID(int=number % 4000 + 1),
            school_id=UUID(int=number % 600 + 1),
            published_at=now - timedelta(days=number % 700),
        )
        for number, grade in enumerate(grades)
    ]
    city = Snapshot().with_entries(entries)
    points = random.exponential(size=(GRADES, count)).astype(np.float32)
    shown = np.zeros(count, dtype=np.float32)
    standings = Standings(points=points, shown=shown, at=now.timestamp())
    return city.with_standings(standings), [entry.id for entry in entries]


def _model(ids: tuple[str, ...], random: np.random.Generator) -> AlsModel:
    """Return a model as large as a trained one; latency does not ask what it says."""
    vectors = random.normal(scale=0.1, size=(len(ids), FACTORS)).astype(np.float32)
    return AlsModel(ids, vectors, AlsParams(factors=FACTORS, regularization=100.0))


def over_http(options: Options) -> Iterator[Row]:
    """Ask a whole service over HTTP, and see how fresh its answers are."""
    with running() as service:
        endpoints = json.loads((service.data / "endpoints.json").read_text())
        with psycopg.connect(libpq_url(endpoints["YOUKE_DATABASE_URL"])) as connection:
            tokens = _fill(connection, options)
            _give_model(connection, service, endpoints)
            connection.commit()
            _wait_until_personal(service, tokens)
            yield from _load(service, tokens, options)
            yield _like_to_list(service, tokens[0])
            yield _new_lesson(service, connection, tokens)


_FILL = """
SET session_replication_role = replica;
INSERT INTO people (id, username, name, password_hash, roles, grade, created_at)
SELECT md5('p' || n)::uuid, 'bench' || n, 'n', '', '{student}', n %% 12 + 1, now()
FROM generate_series(1, %(students)s) AS n;
INSERT INTO lessons (id, owner_id, title, summary, stage, grade, subject, chapter, tags,
    state, progress, playable, duration_s, published_at, created_at, likes, views)
SELECT md5('l' || n)::uuid, md5('p' || n %% 5000)::uuid,
    '第' || n %% 20 + 1 || '课时', '',
    CASE WHEN n %% 12 < 6 THEN 'primary' WHEN n %% 12 < 9 THEN 'junior'
         ELSE 'senior' END, n %% 12 + 1, (%(subjects)s::text[])[n / 12 %% 16 + 1],
    'c' || n / 200, ARRAY['t' || n %% 300], 'ready', 1, true, 2400,
    now() - (n %% 700 + 0.5) * interval '1 day', now(), 0, 0
FROM generate_series(1, %(lessons)s) AS n;
INSERT INTO likes (person_id, lesson_id, created_at)
SELECT md5('p' || n)::uuid, md5('l' || (n::bigint * 7919 + k * 12) %% %(span)s / 12 * 12
    + n %% 12 + 12)::uuid, now() - k * interval '1 day'
FROM generate_series(1, %(students)s) AS n, generate_series(0, 2) AS k
ON CONFLICT DO NOTHING;
INSERT INTO likes (person_id, lesson_id, created_at)
SELECT md5('p' || n)::uuid, md5('l' || n * 24 + k * 1200 + n %% 12)::uuid,
    now() - k * interval '1 day'
FROM generate_series(1, %(asking)s) AS n, generate_series(1, 30) AS k
ON CONFLICT DO NOTHING;
INSERT INTO consents (id, person_id, purpose, version, granted, created_at)
SELECT md5('c' || n)::uuid, md5('p' || n)::uuid, 'profiling', 1, true, now()
FROM generate_series(1, %(students)s) AS n;
"""


def _fill(connection: psycopg.Connection, options: Options) -> list[str]:
    started = time.monotonic()
    values = {
        "students": options.students,
        "lessons": options.lessons,
        "span": options.lessons - 24,
        "asking": ASKING,
        "subjects": [subject.code for subject in SUBJECTS],
    }
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(_FILL, values)
    tokens = [uuid4().hex for _ in range(ASKING)]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO access_tokens (digest, person_id, created_at, expires_at)"
            " VALUES (%s, md5('p' || %s)::uuid, now(), now() + interval '1 day')",
            [
                (hashlib.sha256(token.encode()).hexdigest(), str(number + 1))
                for number, token in enumerate(tokens)
            ],
        )
    connection.commit()
    connection.execute("ANALYZE")
    connection.commit()
    say(
        f"filled with {options.students} students and {options.lessons} lessons in"
        f" {time.monotonic() - started:.0f} s"
    )
    return tokens


def _give_model(
    connection: psycopg.Connection, service: Service, endpoints: dict[str, str]
) -> None:
    """Store a model of all lessons and make it the current one."""
    found = connection.execute("SELECT id::text FROM lessons ORDER BY 1").fetchall()
    ids = tuple(str(row[0]) for row in found)
    model, model_id = _model(ids, np.random.default_rng(1)), uuid4()
    store = ObjectStore.from_settings(
        Settings.from_env(service.environment | endpoints)
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        sha256, key = model.save(path), f"models/{model_id}.npz"
        store.put_file(key, path, content_type="application/octet-stream")
    connection.execute(
        "INSERT INTO ranking_models (id, created_at, state, algorithm, params,"
        " metrics, items, interactions, people, fingerprint, versions, key, sha256,"
        " published_at) VALUES (%s, now(), 'current', 'als', '{}', '{}', %s, 0, 0, '',"
        " '{}', %s, %s, now())",
        (model_id, len(ids), key, sha256),
    )
    connection.commit()


class Caller:
    """One connection that is kept open."""

    def __init__(self, service: Service) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(service.url).netloc)

    def get(self, token: str, query: str = f"limit={LIMIT}") -> Any:
        """Return what a student is recommended."""
        return self.call("GET", f"recommendations?{query}", token)

    def call(self, method: str, path: str, token: str) -> Any:
        """Send a request and return its answer."""
        headers = {"Authorization": f"Bearer {token}"}
        self.connection.request(method, f"/api/v1/{path}", headers=headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            sys.exit(f"{path}: {answer.status} {content.decode()}")
        return json.loads(content)


def _wait_until_personal(service: Service, tokens: list[str]) -> None:
    """Wait until both web processes have read the catalogue and the model."""
    started = time.monotonic()
    in_a_row = 0
    while in_a_row < 20:
        # A new connection each time, for each process to be asked.
        items = Caller(service).get(tokens[in_a_row])["items"]
        in_a_row = in_a_row + 1 if "als" in {i["source"] for i in items} else 0
        if time.monotonic() - started > PATIENCE_S:
            sys.exit("no personal answers")
        time.sleep(0.2)
    say(f"personal answers after {time.monotonic() - started:.0f} s")


def _load(service: Service, tokens: list[str], options: Options) -> Iterator[Row]:
    each = options.requests // CALLERS

    def run(number: int) -> list[float]:
        caller, took = Caller(service), []
        for turn in range(each):
            started = time.perf_counter()
            items = caller.get(tokens[(number + turn * CALLERS) % ASKING])["items"]
            took.append((time.perf_counter() - started) * 1000)
            if len(items) != LIMIT:
                sys.exit("an answer is too short")
        return took

    for warm in (True, False):
        began = time.perf_counter()
        with ThreadPoolExecutor(CALLERS) as pool:
            took = [ms for part in pool.map(run, range(CALLERS)) for ms in part]
        seconds = time.perf_counter() - began
        if warm:
            say(f"the first round: {len(took) / seconds:.0f} requests/s")
    what = f"over HTTP, {options.lessons} lessons, {options.students} students"
    yield Row(f"{what}", len(took) / seconds, PER_S, "/s", at_least=True)
    yield Row(f"{what}: p95", float(np.percentile(took, 95)), P95_MS, "ms")


def _like_to_list(service: Service, token: str) -> Row:
    caller = Caller(service)
    before = [item["lesson"]["id"] for item in caller.get(token)["items"]]
    caller.call("PUT", f"lessons/{before[0]}/like", token)
    asked, after = 0, before
    while before[0] in after and asked < ASKING:
        after = [item["lesson"]["id"] for item in caller.get(token)["items"]]
        asked += 1
    return Row("requests until a like has changed the list", asked, 1)


def _new_lesson(
    service: Service, connection: psycopg.Connection, tokens: list[str]
) -> Row:
    """Publish a lesson like any other and wait until some student is shown it."""
    lesson = uuid4()
    connection.execute(
        "INSERT INTO lessons (id, owner_id, title, summary, stage, grade, subject,"
        " tags, state, progress, playable, duration_s, published_at, created_at, likes,"
        " views) SELECT %s, owner_id, 'new', '', stage, grade, subject, '{}', 'ready',"
        " 1, true, 2400, now(), now(), 0, 0 FROM lessons WHERE grade = 7 LIMIT 1",
        (lesson,),
    )
    connection.commit()
    began, caller = time.monotonic(), Caller(service)
    # Students of grade 7 are those whose number leaves 6 when divided by 12.
    pupils = [token for n, token in enumerate(tokens, start=1) if n % 12 == 6]
    while time.monotonic() - began < 2 * FRESH_S:
        for token in pupils:
            items = caller.get(token, "limit=100")["items"]
            passed = time.monotonic() - began
            if str(lesson) in {item["lesson"]["id"] for item in items}:
                return Row("new lesson to first exposure", passed, FRESH_S, "s")
    return Row("new lesson to first exposure", float("nan"), FRESH_S, "s")


PARTS = {"process": process, "http": over_http}


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--catalogue", type=int, default=50_000)
    parser.add_argument("--lessons", type=int, default=200_000)
    parser.add_argument("--students", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=4_000)
    add_arguments(parser, PARTS)
    given = parser.parse_args()
    options = Options(given.catalogue, given.lessons, given.students, given.requests)
    end(measure(PARTS, options, given))


if __name__ == "__main__":
    main()
