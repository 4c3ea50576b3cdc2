"""`youke media …`: what operators do from a terminal, for all lessons."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from youke.kernel.config import Settings
from youke.kernel.errors import YoukeError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from youke.kernel.db import Database
    from youke.media.operators.estimates import Estimate

#: As in `listing.View`, which need not be loaded to show the help.
VIEWS = ("working", "waiting", "failed", "rejected", "done_today")
UNITS = ("B", "KB", "MB", "GB", "TB")
BINARY = 1024


class Age(click.ParamType[timedelta]):
    """A number of days: 90 or 90d."""

    name = "days"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Return the time, or say what a right one looks like."""
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"([0-9]{1,5})d?", str(value))
        if not found:
            self.fail(f"{value} is not a number of days like 90d", param, ctx)
        return timedelta(days=int(found[1]))


LESSONS = click.option("--lesson", "lessons", type=click.UUID, multiple=True)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Only say what would happen.")


@click.group()
def media() -> None:
    """Look after encodings and what is stored."""


@media.command("list")
@click.option("--state", type=click.Choice(VIEWS))
@click.option("--limit", type=click.IntRange(1, 100), default=24, show_default=True)
def list_encodings(*, state: str | None, limit: int) -> None:
    """List encodings, newest first."""
    from sqlalchemy import true

    from youke.media.operators import cards, listing

    with _transaction() as session:
        view = listing.View(state) if state else None
        page = listing.encodings_page(session, true(), view, limit=limit)
        for each in cards.encoding_messages(session, page.items, str):
            click.echo(_line(each))
        if not page.items:
            click.echo("No encodings.")


@media.command()
@click.argument("encoding_id", type=click.UUID)
def show(*, encoding_id: UUID) -> None:
    """Show one encoding as JSON: steps, recipe, renditions."""
    from sqlalchemy import true

    from youke.media.operators import cards, listing, schemas

    with _transaction() as session:
        encoding = listing.find_encoding(session, encoding_id, true())
        message = cards.encoding_details(session, encoding, str)
    details = schemas.EncodingDetailsOut.model_validate(message)
    click.echo(details.model_dump_json(indent=2))


@media.command()
@click.argument("encoding_id", type=click.UUID)
def retry(*, encoding_id: UUID) -> None:
    """Begin again what has failed."""
    from sqlalchemy import true

    from youke.media.operators import listing, service

    with _transaction() as session:
        encoding = listing.find_encoding(session, encoding_id, true())
        begun = service.retry(session, encoding)
    click.echo(f"Begun: {begun.id}")


@media.command()
@click.argument("encoding_id", type=click.UUID)
def cancel(*, encoding_id: UUID) -> None:
    """Stop the work; the lesson goes back to the video that it has."""
    from sqlalchemy import true

    from youke.media.operators import listing, service

    with _transaction() as session:
        service.cancel(session, listing.find_encoding(session, encoding_id, true()))
    click.echo("Stopped.")


@media.command("re-encode")
@LESSONS
@click.option("--all", "everything", is_flag=True, help="Every lesson that is ready.")
@DRY_RUN
def reencode(*, lessons: tuple[UUID, ...], everything: bool, dry_run: bool) -> None:
    """Make renditions anew by the present recipe, or say what that would cost."""
    from youke.media.operators import service

    if bool(lessons) == everything:
        raise click.UsageError("name lessons with --lesson, or all of them with --all")
    with closing(_database()) as database:
        if everything:
            with database.transaction() as session:
                lessons = tuple(service.complete_lessons(session))
        if dry_run:
            _say_costs(database, lessons)
        else:
            _reencode(database, lessons)


@media.command()
@LESSONS
@DRY_RUN
def rebuild(*, lessons: tuple[UUID, ...], dry_run: bool) -> None:
    """Bring dropped rungs back, by encoding the originals again.

    Without --lesson: of every lesson that has lost some.
    """
    from youke.media.operators import service

    with closing(_database()) as database:
        if not lessons:
            with database.transaction() as session:
                lessons = tuple(service.incomplete_lessons(session))
        if dry_run:
            _say_costs(database, lessons)
        else:
            _reencode(database, lessons)


@media.command()
def storage() -> None:
    """Say what is stored, by kind, and what dropping would free."""
    from sqlalchemy import true

    from youke.media.operators import storage as stored_things
    from youke.media.operators.retention import Retention

    with _transaction() as session:
        stored = stored_things.stored(session, true())
        policy = Retention.of(Settings.from_env())
        savings = stored_things.savings(session, true(), policy)
        rungs = stored_things.rung_sizes(session, true())
    for name, size in (
        ("originals", stored.originals),
        ("web and mobile", stored.pictures),
        ("TV", stored.tv),
        ("sound", stored.sound),
        ("posters and storyboards", stored.extras),
        ("pieces in work", stored.pieces),
        ("together", stored.total),
    ):
        click.echo(f"{name:<26}{readable(size):>12}")
    click.echo("\nDropping would free, at most:")
    click.echo(f"{'all needless originals':<26}{readable(savings.originals):>12}")
    for rung, size in rungs.items():
        click.echo(f"{'rung ' + rung:<26}{readable(size):>12}")
    click.echo(f"\n{'The policy drops tonight':<26}{readable(savings.due):>12}")


@media.command()
@click.option("--originals", is_flag=True, help="Files as they were uploaded.")
@click.option("--rung", "rungs", multiple=True, help="For instance 720p or tv-720p.")
@click.option("--older-than", "age", type=Age(), default="0d", help="Ready so long.")
@LESSONS
@DRY_RUN
def drop(
    *,
    originals: bool,
    rungs: tuple[str, ...],
    age: timedelta,
    lessons: tuple[UUID, ...],
    dry_run: bool,
) -> None:
    """Free the room of originals or rungs; what is needed to watch stays."""
    from youke.media.operators import dropping

    if not originals and not rungs:
        raise click.UsageError("say what to drop: --originals, --rung, or both")
    if lessons and age:
        raise click.UsageError("--older-than chooses lessons, as --lesson does")
    with closing(_database()) as database:
        wanted = dropping.Wanted(
            originals=originals, rungs=rungs, age=age, lessons=lessons
        )
        freed = list(dropping.drop(database, wanted, _refused, dry_run=dry_run))
    for each in freed:
        click.echo(f"{each.lesson_id}  {each.name:<24}{readable(each.size):>12}")
    verb = "Would free" if dry_run else "Freed"
    click.echo(f"{verb} {readable(sum(each.size for each in freed))}")


def readable(size: float) -> str:
    """Return bytes in the unit that reads well: 1536 becomes 1.5 KB."""
    for unit in UNITS[:-1]:
        if abs(size) < BINARY:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= BINARY
    return f"{size:.1f} {UNITS[-1]}"


def _line(encoding: dict[str, Any]) -> str:
    facts = [
        str(encoding["id"]),
        f"{encoding['state']:<9}",
        f"{encoding['progress']:>4.0%}",
        f"{encoding['steps_done']}/{encoding['steps_total']}",
        f"{encoding['created_at']:%Y-%m-%d %H:%M}",
        encoding["lesson"]["title"],
        encoding["teacher"],
        *([encoding["code"]] if encoding["code"] else []),
        *encoding["workers"],
    ]
    return "  ".join(facts)


def _reencode(database: "Database", lessons: Sequence[UUID]) -> None:
    from youke.media.operators import service

    def begin(session: "Session", lesson_id: UUID) -> None:
        begun = service.reencode(session, lesson_id)
        click.echo(f"{lesson_id}  begun: {begun.id}")

    begun = _for_each(database, lessons, begin)
    click.echo(f"Begun for {begun} of {len(lessons)} lessons")


def _say_costs(database: "Database", lessons: Sequence[UUID]) -> None:
    from youke.media.operators import service
    from youke.media.operators.estimates import Estimate

    costs: list[tuple[int, Estimate]] = []

    def say(session: "Session", lesson_id: UUID) -> None:
        title, now, cost = service.cost(session, lesson_id)
        costs.append((now, cost))
        click.echo(f"{lesson_id}  {_cost(now, cost)}  {title}")

    _for_each(database, lessons, say)
    total = Estimate(
        cpu_s=sum(cost.cpu_s for _, cost in costs),
        size=sum(cost.size for _, cost in costs),
        rungs=sum(cost.rungs for _, cost in costs),
    )
    click.echo(f"{len(costs)} lessons:  {_cost(sum(now for now, _ in costs), total)}")


def _cost(now: int, cost: "Estimate") -> str:
    minutes = f"{cost.cpu_s / 60:.1f} CPU minutes"
    return f"{minutes}  {readable(now)} → {readable(cost.size)}  {cost.rungs} rungs"


def _for_each(
    database: "Database",
    lessons: Sequence[UUID],
    act: Callable[["Session", UUID], None],
) -> int:
    """Act on each lesson in a transaction of its own; return how many went well."""
    done = 0
    for lesson_id in lessons:
        try:
            with database.transaction() as session:
                act(session, lesson_id)
        except YoukeError as error:
            _refused(lesson_id, error)
        else:
            done += 1
    if lessons and not done:
        sys.exit(1)
    return done


def _refused(lesson_id: UUID, error: YoukeError) -> None:
    click.echo(f"{lesson_id}  {error.code}: {error.message}", err=True)


def _database() -> "Database":
    from youke.kernel.db import Database

    return Database(Settings.from_env().database_url)


@contextmanager
def _transaction() -> Iterator["Session"]:
    with closing(_database()) as database, database.transaction() as session:
        yield session
