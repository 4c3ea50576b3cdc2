"""How Alembic runs here: one transaction a migration, one migrator at a time."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from youke import tables
from youke.kernel.db import Base

#: Any number: it only has to be ours.
LOCK = 24_039_000

__all__ = ["tables"]


def run() -> None:
    """Migrate the database that `youke_migrations.config` named.

    A migration that waits for a lock would make every request wait behind it, so
    it gives up early and is run again instead.
    """
    engine = create_engine(
        context.config.attributes["url"],
        poolclass=pool.NullPool,
        connect_args={"options": "-c lock_timeout=20s"},
    )
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transaction_per_migration=True,
            include_schemas=True,
            include_name=_is_ours,
        )
        with context.begin_transaction():
            context.run_migrations()


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Leave the job queue's tables to their own library."""
    if kind == "schema":
        return name in {None, "counselling"}
    return kind != "table" or not (name or "").startswith("procrastinate_")


run()
