"""Questions, sessions, tickets and notices."""

revision = "0004_tutoring"
down_revision = "0003_engagement"


def upgrade() -> None:
    """Filled by the feature's first commit."""


def downgrade() -> None:
    """Filled by the feature's first commit."""
