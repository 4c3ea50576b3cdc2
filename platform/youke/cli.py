"""The command `youke`."""

import os
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from youke.counselling.commands import counselling
from youke.kernel.config import DEFAULT_PORT, DEFAULT_S3_PORT, Settings, data_dir
from youke.kernel.errors import YoukeError
from youke.media.operators.commands import media
from youke.recommendations.commands import model, say_trained

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from youke.accounts.service import Organisation
    from youke.kernel.db import Database

PORT = click.IntRange(1, 65_535)
#: As in `youke.accounts.models.Role`, which need not be loaded to show the help.
ROLES = (
    "student",
    "guardian",
    "teacher",
    "reviewer",
    "tutor",
    "counsellor",
    "school_admin",
    "district_admin",
    "city_admin",
)
#: As in `youke.accounts.models.Purpose`.
PURPOSES = ("profiling",)


class _Sentences(click.Group):
    """A group whose commands answer our errors with one sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except YoukeError as error:
            raise click.ClickException(error.message) from error


@click.group(cls=_Sentences)
@click.version_option(package_name="youke")
def main() -> None:
    """Youke 优课: a city's schools share their best lessons."""


@main.command()
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="YOUKE_DATA_DIR",
    help="Holds everything that is stored.  [default: data]",
)
@click.option(
    "--port", type=PORT, envvar="YOUKE_PORT", default=DEFAULT_PORT, show_default=True
)
@click.option(
    "--s3-port",
    type=PORT,
    envvar="YOUKE_S3_PORT",
    default=DEFAULT_S3_PORT,
    show_default=True,
    help="Where browsers fetch and send videos.",
)
@click.option("--demo", is_flag=True, help="Fill it with a demo school.")
@click.option("--demo-password", envvar="YOUKE_DEMO_PASSWORD", hidden=True)
def up(
    *,
    data_dir: Path | None,
    port: int,
    s3_port: int,
    demo: bool,
    demo_password: str | None,
) -> None:
    """Run everything on this machine until Ctrl-C."""
    from youke import up as everything

    options = everything.Options(
        data_dir=_resolved(data_dir),
        port=port,
        s3_port=s3_port,
        demo=demo,
        demo_password=demo_password or None,
        environment=dict(os.environ),
    )
    everything.up(options, say=_say)


def _resolved(chosen: Path | None) -> Path:
    return data_dir({"YOUKE_DATA_DIR": str(chosen)} if chosen else {})


def _say(line: str) -> None:
    # A terminal that is gone must not keep us from stopping in order.
    with suppress(OSError):
        click.echo(line)
        sys.stdout.flush()


@main.command()
@click.option("--bind", help="host:port  [default: 0.0.0.0:YOUKE_PORT]")
@click.option("--processes", type=click.IntRange(1), default=2, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=4, show_default=True)
def web(*, bind: str | None, processes: int, threads: int) -> None:
    """Serve the web with gunicorn."""
    address = bind or f"0.0.0.0:{Settings.from_env().port}"
    arguments = [
        *(sys.executable, "-m", "gunicorn", "--config", "python:youke.serving"),
        *("--workers", str(processes), "--threads", str(threads)),
        *("--bind", address, "youke.wsgi:app"),
    ]
    # Gunicorn takes our place, so that signals reach it.
    os.execv(sys.executable, arguments)  # noqa: S606  there is no shell to involve


@main.command()
@click.option("--queues", default="opening,media,default", show_default=True)
@click.option("--concurrency", type=click.IntRange(1), default=2, show_default=True)
def worker(*, queues: str, concurrency: int) -> None:
    """Run background jobs until SIGTERM."""
    from youke import jobs
    from youke.kernel import logs

    logs.configure()
    jobs.work(Settings.from_env(), queues=queues.split(","), concurrency=concurrency)


@main.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    import youke_migrations  # pyright: ignore[reportMissingImports]  see setup.cfg

    youke_migrations.upgrade(Settings.from_env().database_url)


@main.command()
def doctor() -> None:
    """Try every part and say what is wrong."""
    from youke.doctor import examine

    is_well = True
    for result in examine(os.environ):
        mark, colour = ("✗", "red") if result.remedy else ("✓", "green")
        click.echo(f"{click.style(mark, fg=colour)} {result.part}: {result.finding}")
        if result.remedy:
            is_well = False
            click.echo(f"    → {result.remedy}")
    sys.exit(0 if is_well else 1)


@main.group()
def user() -> None:
    """Manage accounts."""


@user.command("add")
@click.argument("username")
@click.option("--name", help="As others see it.  [default: the username]")
@click.option("--role", "roles", type=click.Choice(ROLES), multiple=True, required=True)
@click.option("--organisation", help="Name of a school, class, district or city.")
@click.option("--grade", type=click.IntRange(1, 12), help="A student's grade.")
@click.option(
    "--consent",
    "consents",
    type=click.Choice(PURPOSES),
    multiple=True,
    help="What they, or who speaks for them, have allowed.",
)
@click.password_option(envvar="YOUKE_PASSWORD")
def add_user(*, username: str, password: str, **details: Any) -> None:
    """Open an account."""
    from youke.accounts import service as accounts

    with _database() as database, database.transaction() as session:
        organisation = details["organisation"]
        person = accounts.add_person(
            session,
            username=username,
            name=details["name"] or username,
            password=password,
            roles=[accounts.Role(role) for role in details["roles"]],
            organisation=organisation and _organisation(session, organisation),
            grade=details["grade"],
        )
        if "profiling" in details["consents"]:
            accounts.decide_profiling(session, person, granted=True, given_by=person)
    click.echo(f"Added {person.username}")


@user.command("erase")
@click.argument("username")
@click.confirmation_option(prompt="Erase all that this person did, and the account?")
def erase_user(*, username: str) -> None:
    """Erase an account and all that the person did."""
    from youke.erasing import erase

    with _database() as database, database.transaction() as session:
        is_gone = erase(session, username)
    rest = "" if is_gone else "; what others stand on stays without a name"
    click.echo(f"Erased {username}{rest}")


def _organisation(session: "Session", name: str) -> "Organisation":
    from sqlalchemy import select

    from youke.accounts.service import Organisation

    found = session.scalars(select(Organisation).where(Organisation.name == name)).all()
    if len(found) != 1:
        how_many = "several organisations are" if found else "no organisation is"
        raise click.BadParameter(f"{how_many} called {name}")
    return found[0]


@contextmanager
def _database() -> "Iterator[Database]":
    from youke.kernel.db import Database

    database = Database(Settings.from_env().database_url)
    try:
        yield database
    finally:
        database.close()


main.add_command(counselling)
main.add_command(media)
main.add_command(model)


@main.command()
def recount() -> None:
    """Set likes and views that are not the number of facts right."""
    from youke.engagement import service as engagement

    with _database() as database:
        engagement.fold_counts(database)
        wrong = engagement.put_counters_right(database)
    click.echo(f"{wrong} lessons were wrong" if wrong else "All counters were right")


@main.command()
def train() -> None:
    """Train the recommender and publish the model if it is good."""
    say_trained()


@main.command()
@click.option("--password", envvar="YOUKE_DEMO_PASSWORD", prompt=True, hide_input=True)
def demo(*, password: str) -> None:
    """Load the demo school: people at once, then its lessons."""
    from youke import demo as school
    from youke.kernel import logs

    logs.configure()
    school.load(Settings.from_env(), password)


if __name__ == "__main__":
    main()
