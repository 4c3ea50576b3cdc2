"""`youke counselling …`: checks the log of readings."""

import sys

import click

from youke.kernel.config import Settings


@click.group()
def counselling() -> None:
    """Look after the trust zone without looking into it."""


@counselling.command()
@click.option("--lines", type=click.IntRange(0), help="Noted before: at least so many.")
@click.option("--head", help="Noted before: the digest of that line.")
def verify(*, lines: int | None, head: str | None) -> None:
    """Check the log of readings; ends with 1 when a line was changed or is missing."""
    from youke.counselling.ledger import digest_at
    from youke.counselling.ledger import verify as check
    from youke.counselling.room import Room
    from youke.counselling.vault import Vault
    from youke.kernel.db import Database

    settings = Settings.from_env()
    database = Database(settings.database_url)
    with database.transaction() as session:
        room = Room(session, Vault(settings.counselling_key))
        verdict = check(room)
        noted = digest_at(room, lines) if lines and head else None
    database.close()
    if verdict.broken_at is not None:
        click.echo(f"BROKEN at line {verdict.broken_at}; {verdict.lines} lines hold.")
        sys.exit(1)
    if lines and (verdict.lines < lines or (head and noted != head)):
        click.echo(f"BROKEN: line {lines} is not the one that was noted.")
        sys.exit(1)
    click.echo(f"{verdict.lines} lines hold; head {verdict.head.hex()}")
