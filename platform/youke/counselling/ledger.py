"""The log of readings: every line signs the one before, so none can be changed.

The signature is keyed (HMAC), so somebody who may write in the database but has no key
cannot make a chain that holds. Lines cut off at the end leave a chain that holds;
therefore `verify` also takes a number and a digest that were noted earlier.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, text

from youke.counselling.models import Reading
from youke.counselling.room import Room
from youke.counselling.states import Why
from youke.counselling.vault import Vault
from youke.kernel.clock import now

#: Any number: it only has to be ours.
LOCK = 24_039_013
BEGINNING = bytes(32)


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a line says, without its signature."""

    position: int
    at: datetime
    reader_id: UUID
    thread_id: UUID
    why: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was found when the log was checked."""

    lines: int
    #: The digest of the last line that holds.
    head: bytes
    #: The first position that does not hold, None when all do.
    broken_at: int | None


def note_reading(room: Room, *, reader_id: UUID, thread_id: UUID, why: Why) -> None:
    """Add a line; whoever comes at the same time waits for the end of this one.

    Call it last: until the transaction ends, nobody else can read anything.
    """
    with room.inside() as session:
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        last = session.execute(
            select(Reading.position, Reading.digest)
            .order_by(Reading.position.desc())
            .limit(1)
        ).first()
        position, previous = (last.position, last.digest) if last else (0, BEGINNING)
        line = Line(
            position=position + 1,
            at=now(),
            reader_id=reader_id,
            thread_id=thread_id,
            why=why.value,
        )
        signed = digest_of(room.vault, line, previous)
        session.add(Reading(**vars(line), digest=signed))


def digest_of(vault: Vault, line: Line, previous: bytes) -> bytes:
    """Return the signature of a line that follows a digest."""
    moment = line.at.astimezone(UTC).isoformat(timespec="microseconds")
    content = [line.position, moment, str(line.reader_id), str(line.thread_id)]
    return vault.sign(previous + json.dumps([*content, line.why]).encode())


def verify(room: Room) -> Verdict:
    """Check every line."""
    lines = select(Reading).order_by(Reading.position)
    lines = lines.execution_options(yield_per=1000)
    with room.inside() as session, session.scalars(lines) as rows:
        return check(room.vault, rows)


def digest_at(room: Room, position: int) -> str | None:
    """Return the digest of a line in hexadecimal, None when there is no such line."""
    with room.inside() as session:
        line = session.get(Reading, position)
    return line.digest.hex() if line else None


def check(vault: Vault, rows: Iterable[Reading]) -> Verdict:
    """Say how far a chain holds."""
    lines, head = 0, BEGINNING
    for row in rows:
        line = Line(
            position=row.position,
            at=row.at,
            reader_id=row.reader_id,
            thread_id=row.thread_id,
            why=row.why,
        )
        if row.position != lines + 1 or digest_of(vault, line, head) != row.digest:
            return Verdict(lines=lines, head=head, broken_at=row.position)
        lines, head = lines + 1, row.digest
    return Verdict(lines=lines, head=head, broken_at=None)
