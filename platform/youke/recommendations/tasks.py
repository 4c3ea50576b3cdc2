"""Training in the background."""

from youke.jobs import RetryUnlessHopeless, app, tools
from youke.recommendations.training import train

LOCK = "recommendations.train"


@app.task(
    queue="default",
    name="recommendations.train",
    retry=RetryUnlessHopeless(),
    lock=LOCK,
)
def train_ranking() -> None:
    """Train a ranking model now."""
    train(tools().database, tools().store)


@app.periodic(cron="*/10 * * * *")
@app.task(
    queue="default",
    name="recommendations.train_regularly",
    queueing_lock="recommendations.train_regularly",
    lock=LOCK,
)
def train_regularly(timestamp: int) -> None:  # noqa: ARG001  the scheduler gives it
    """Train when anything has been done since the last time."""
    train(tools().database, tools().store)
