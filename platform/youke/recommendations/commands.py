"""`youke model …`: what becomes of ranking models, from a terminal."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from youke.kernel.config import Settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from youke.kernel.db import Database
    from youke.recommendations.models import ModelTrial, RankingModel

MODEL_ID = click.argument("model_id", type=click.UUID, required=False)


@click.group()
def model() -> None:
    """Look after ranking models: train, publish, roll back, compare."""


@model.command("list")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
def list_models(*, limit: int) -> None:
    """List trainings, newest first."""
    from youke.recommendations import registry

    with _transaction() as session:
        found = registry.trainings(session, limit)
        for row in found:
            click.echo(_line(row))
        if not found:
            click.echo("No models.")
        if registry.open_hold(session):
            click.echo("Publication is held back; `youke model release` ends that.")


@model.command()
@click.argument("model_id", type=click.UUID)
def show(*, model_id: UUID) -> None:
    """Show one training as JSON: facts, parameters, figures, versions."""
    from youke.recommendations import registry

    with _transaction() as session:
        row = registry.find(session, model_id)
        facts = {c.key: getattr(row, c.key) for c in row.__table__.columns}
    click.echo(json.dumps(facts, indent=2, default=str, ensure_ascii=False))


@model.command()
@click.option(
    "--may-shrink",
    is_flag=True,
    help="Publish also what knows less than half of what the present model knows.",
)
def train(*, may_shrink: bool) -> None:
    """Train now and publish the model if it is good."""
    say_trained(may_shrink=may_shrink)


def say_trained(*, may_shrink: bool = False) -> None:
    """Train, and say what became of the model."""
    from youke.recommendations.training import Options, train
    from youke.storage import ObjectStore

    settings = Settings.from_env()
    with closing(_database()) as database:
        options = Options.of(settings, may_shrink=may_shrink)
        row = train(database, ObjectStore.from_settings(settings), options)
    click.echo(f"{row.state}: {row.reason}" if row.reason else row.state)


@model.command()
@MODEL_ID
def publish(*, model_id: UUID | None) -> None:
    """Let a model serve; without an ID the one that waits.

    Ends what a rollback began: models are published by themselves again.
    """
    from youke.recommendations import registry

    with _transaction() as session:
        click.echo(f"Serving: {registry.publish(session, model_id).id}")


@model.command()
@MODEL_ID
def rollback(*, model_id: UUID | None) -> None:
    """Take the model back; without an ID the one before it serves again.

    Nothing is published by itself from then on, until `publish` or `release`.
    """
    from youke.recommendations import registry

    with _transaction() as session:
        click.echo(f"Serving: {registry.roll_back(session, model_id).id}")
    click.echo("Publication is held back until `youke model publish` or `release`.")


@model.command()
def release() -> None:
    """Let models be published by themselves again."""
    from youke.recommendations import registry

    with _transaction() as session:
        was_held = registry.release(session)
    click.echo("Released." if was_held else "Nothing was held back.")


@model.group()
def trial() -> None:
    """Compare two models, each for its part of the classes."""


@trial.command()
@click.argument("challenger", type=click.UUID)
@click.option(
    "--share",
    type=float,
    default=0.5,
    show_default=True,
    help="Of the classes that get the challenger.",
)
def start(*, challenger: UUID, share: float) -> None:
    """Give part of the classes another model than the current one."""
    from youke.recommendations import trials

    with _transaction() as session:
        click.echo(f"Started: {trials.start(session, challenger, share).id}")


@trial.command()
@click.option("--publish-challenger", is_flag=True, help="For all classes.")
def stop(*, publish_challenger: bool) -> None:
    """End the trial; the current model serves all classes unless told otherwise."""
    from youke.recommendations import trials

    with _transaction() as session:
        ended = trials.stop(session, publish_challenger=publish_challenger)
        _say_result(session, ended)


@trial.command("show")
def show_trial() -> None:
    """Say what the running trial tells until now."""
    from youke.recommendations import trials

    with _transaction() as session:
        running = trials.running(session)
        if running is None:
            click.echo("No trial is running.")
        else:
            _say_result(session, running)


def _say_result(session: "Session", trial: "ModelTrial") -> None:
    from youke.recommendations import trials

    result = trials.result_of(session, trial)
    classes = trials.classes_of(session, trial)
    for variant, arm in (
        ("control", result.control),
        ("challenger", result.challenger),
    ):
        number = classes[trials.Variant(variant)]
        click.echo(
            f"{variant:<11} {arm.opened} of {arm.shown} opened"
            f" ({arm.rate:.2%}), {number} classes"
        )
    if result.interval is not None:
        low, high = (f"{bound:+.2%}" for bound in result.interval)
        difference = f"{result.difference:+.2%}"
        click.echo(f"difference  {difference}, 95 % interval {low} … {high}")
    click.echo(FINDINGS[result.finding.value])


#: As in `comparing.Finding`, which need not be loaded to show the help.
FINDINGS = {
    "too_small": "Too little was shown to tell.",
    "no_difference": "No difference can be told.",
    "control_better": "The control is opened more often.",
    "challenger_better": "The challenger is opened more often.",
}


def _line(row: "RankingModel") -> str:
    parts = [
        str(row.id),
        f"{row.state:<9}",
        f"{row.created_at:%Y-%m-%d %H:%M}",
        f"{row.algorithm:<10}",
        _figure(row.metrics, row.algorithm),
        f"{row.items} lessons, {row.interactions} facts",
        *([] if row.key or row.reason else ["(file no longer kept)"]),
        *([row.reason] if row.reason else []),
    ]
    return "  ".join(parts)


def _figure(metrics: dict[str, Any], algorithm: str) -> str:
    figure = metrics.get(algorithm, {}).get("ndcg@10")
    return "ndcg@10      –" if figure is None else f"ndcg@10 {figure:.4f}"


def _database() -> "Database":
    from youke.kernel.db import Database

    return Database(Settings.from_env().database_url)


@contextmanager
def _transaction() -> Iterator["Session"]:
    with closing(_database()) as database, database.transaction() as session:
        yield session
