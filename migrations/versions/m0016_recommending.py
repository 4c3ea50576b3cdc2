"""What recommendations stand on: changes of lessons, pins, and what was shown."""

import sqlalchemy as sa
from alembic import op

revision = "0016_recommending"
down_revision = "0015_promises"

#: Likes and views change all the time and concern no copy of the catalogue.
TELLING = (
    "owner_id, school_id, title, summary, stage, grade, subject, edition, volume,"
    " chapter, tags, playable, published_at"
)


def upgrade() -> None:
    _follow_lessons()
    op.create_table(
        "pins",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("pinned_by_id", sa.Uuid(), nullable=True),
        sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("class_id", "lesson_id", name="pk_pins"),
        _reference("pins", "class_id", "organisations", "CASCADE"),
        _reference("pins", "lesson_id", "lessons", "CASCADE"),
        _reference("pins", "pinned_by_id", "people", "SET NULL"),
    )
    op.create_index("ix_pins_lesson_id", "pins", ["lesson_id"])
    op.create_index("ix_pins_pinned_by_id", "pins", ["pinned_by_id"])
    _make_exposures()
    _make_explorations()


def downgrade() -> None:
    for table in ("explorations", "lesson_exposures", "exposures", "pins"):
        op.drop_table(table)
    op.execute("DROP TRIGGER lesson_changed ON lessons")
    op.execute("DROP FUNCTION note_lesson_change()")
    op.drop_column("lessons", "changed_at")


def _follow_lessons() -> None:
    op.add_column(
        "lessons",
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.now(),
        ),
    )
    op.create_index("ix_lessons_changed_at", "lessons", ["changed_at"])
    op.execute(
        "CREATE FUNCTION note_lesson_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN NEW.changed_at := clock_timestamp(); RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER lesson_changed BEFORE UPDATE OF {TELLING} ON lessons"
        " FOR EACH ROW EXECUTE FUNCTION note_lesson_change()"
    )


def _make_exposures() -> None:
    key = ("day", "surface", "model", "variant", "source", "place")
    op.create_table(
        "exposures",
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in key[1:5]),
        sa.Column("place", sa.Integer(), nullable=False),
        *_counts(),
        sa.PrimaryKeyConstraint(*key, name="pk_exposures"),
    )
    op.create_table(
        "lesson_exposures",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        *_counts(),
        sa.PrimaryKeyConstraint("day", "lesson_id", name="pk_lesson_exposures"),
        _reference("lesson_exposures", "lesson_id", "lessons", "CASCADE"),
    )
    op.create_index("ix_lesson_exposures_lesson_id", "lesson_exposures", ["lesson_id"])


def _make_explorations() -> None:
    op.create_table(
        "explorations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("surface", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("propensity", sa.Float(), nullable=False),
        sa.Column("opened", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_explorations"),
        _reference("explorations", "lesson_id", "lessons", "CASCADE"),
    )
    op.create_index("ix_explorations_at", "explorations", ["at"])
    op.create_index("ix_explorations_lesson_id", "explorations", ["lesson_id"])


def _counts() -> list[sa.Column[int]]:
    return [
        sa.Column("shown", sa.BigInteger(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
    ]


def _reference(
    table: str, column: str, parent: str, ondelete: str
) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{parent}"
    return sa.ForeignKeyConstraint(
        [column], [f"{parent}.id"], name=name, ondelete=ondelete
    )
