"""Uploads, sources and renditions."""

revision = "0002_media"
down_revision = "0001_foundations"


def upgrade() -> None:
    """Filled by the feature's first commit."""


def downgrade() -> None:
    """Filled by the feature's first commit."""
