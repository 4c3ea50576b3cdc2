"""The database's schema, step by step (Alembic)."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool

from youke.kernel.db import driver_url

HERE = Path(__file__).parent


def config(database_url: str) -> Config:
    """Return Alembic's configuration for this database."""
    settings = Config()
    settings.set_main_option("script_location", str(HERE).replace("%", "%%"))
    settings.attributes["url"] = driver_url(database_url)
    return settings


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring the schema up to date; harmless when it is, safe when many do it."""
    command.upgrade(config(database_url), revision)


def is_current(database_url: str) -> bool:
    """Say whether the database has the newest schema."""
    engine = create_engine(driver_url(database_url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        present = set(MigrationContext.configure(connection).get_current_heads())
    return present == set(ScriptDirectory.from_config(config(database_url)).get_heads())
