"""Originals may be dropped, and what is stored can be added up quickly."""

import sqlalchemy as sa
from alembic import op

revision = "0008_retention"
down_revision = "0007_captions"


def upgrade() -> None:
    op.add_column(
        "uploads", sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "encodings",
        sa.Column("extra_bytes", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.alter_column("encodings", "extra_bytes", server_default=None)
    size = sa.Computed("(description ->> 'size')::bigint", persisted=True)
    op.add_column(
        "renditions", sa.Column("size", sa.BigInteger(), size, nullable=False)
    )


def downgrade() -> None:
    op.drop_column("renditions", "size")
    op.drop_column("encodings", "extra_bytes")
    op.drop_column("uploads", "dropped_at")
