"""The migrations make the schema that the tables describe."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from youke import tables
from youke.kernel.db import Base, Database


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    if kind == "schema":
        return name in {None, "counselling"}
    return kind != "table" or not (name or "").startswith("procrastinate_")


@pytest.mark.filterwarnings("ignore:Expression #1:UserWarning")  # an operator class
def test_a_migrated_database_has_the_tables_that_the_code_knows(
    database: Database,
) -> None:
    assert tables
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_name": _is_ours,
                "include_schemas": True,
                "compare_type": True,
            },
        )
        assert compare_metadata(context, Base.metadata) == []
