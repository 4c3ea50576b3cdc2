"""Training and tidying up in the background."""

from datetime import timedelta

from youke.jobs import RetryUnlessHopeless, app, tools
from youke.kernel.clock import now
from youke.recommendations import exposures, registry
from youke.recommendations.training import Options, is_due, train

LOCK = "recommendations.train"
#: Two school years can be compared.
KEPT = timedelta(days=800)


@app.task(
    queue="default",
    name="recommendations.train",
    retry=RetryUnlessHopeless(),
    lock=LOCK,
)
def train_ranking() -> None:
    """Train a ranking model now."""
    _train()


@app.periodic(cron="*/10 * * * *")
@app.task(
    queue="default",
    name="recommendations.train_regularly",
    queueing_lock="recommendations.train_regularly",
    lock=LOCK,
)
def train_regularly(timestamp: int) -> None:  # noqa: ARG001  the scheduler gives it
    """Train when it is time to, and no trial is compared that it could spoil."""
    options = Options.of(tools().settings)
    with tools().database.transaction() as session:
        is_wanted = not registry.is_trial_running(session) and is_due(
            registry.latest(session),
            now(),
            options.every,
            has_current=registry.current(session) is not None,
        )
    if is_wanted:
        _train()


@app.periodic(cron="23 3 * * *")
@app.task(
    queue="default",
    name="recommendations.forget_exposures",
    queueing_lock="recommendations.forget_exposures",
)
def forget_exposures(timestamp: int) -> None:  # noqa: ARG001  the scheduler gives it
    """Forget what was shown longer ago than statistics look back."""
    with tools().database.transaction() as session:
        exposures.forget_before(session, (now() - KEPT).date())


def _train() -> None:
    train(tools().database, tools().store, Options.of(tools().settings))
