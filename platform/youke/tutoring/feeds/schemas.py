"""What calendar feeds send."""

from youke.kernel.schema import Schema


class FeedOut(Schema):
    """The address of a feed; whoever has it can read it."""

    url: str
