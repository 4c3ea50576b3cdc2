"""Watches, likes and ranking models."""

revision = "0003_engagement"
down_revision = "0002_media"


def upgrade() -> None:
    """Filled by the feature's first commit."""


def downgrade() -> None:
    """Filled by the feature's first commit."""
