"""`/admin/recommendations`: how good models are, what is shown, what is to be done."""

from collections.abc import Callable
from uuid import UUID

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from youke.accounts.guards import administrators, having
from youke.accounts.service import Role
from youke.http.context import db_session
from youke.http.errors import translated
from youke.http.policies import policy
from youke.http.retry import retried
from youke.kernel.errors import ConflictError, InvalidError
from youke.recommendations import registry, service, trials
from youke.recommendations.operators import wording
from youke.recommendations.operators.overview import overview

bp = APIBlueprint("models", __name__, enable_openapi=False)

#: One model serves the whole city, so those who look after the city choose it.
city_administrators = having(Role.CITY_ADMIN)
#: The shares of classes that one may choose for a challenger.
SHARES = (0.1, 0.25, 0.5)


@bp.get("/admin/recommendations")
@policy(administrators)
def index() -> str:
    """Show models over time, what was shown and opened, and the running trial."""
    return render_template(
        "admin/recommendations.html",
        view=overview(db_session(), gettext),
        words=wording,
        shares=SHARES,
    )


@bp.post("/admin/recommendations/train")
@policy(city_administrators)
@retried
def train() -> Response:
    """Have a model trained."""
    service.train_soon(db_session())
    flash(gettext("A model is trained as soon as a worker is free."))
    return _back()


@bp.post("/admin/recommendations/roll-back")
@policy(city_administrators)
@retried
def roll_back() -> Response:
    """Take the present model back."""
    return _tried(
        lambda: registry.roll_back(db_session()), gettext("The model before is in use.")
    )


@bp.post("/admin/recommendations/release")
@policy(city_administrators)
@retried
def release() -> Response:
    """Let good models be used by themselves again."""
    return _tried(
        lambda: registry.release(db_session()),
        gettext("The next good model is used by itself."),
    )


@bp.post("/admin/recommendations/<uuid:model_id>/publish")
@policy(city_administrators)
@retried
def publish(model_id: UUID) -> Response:
    """Let a model serve."""
    return _tried(
        lambda: registry.publish(db_session(), model_id),
        gettext("This model is in use now."),
    )


@bp.post("/admin/recommendations/<uuid:model_id>/trial")
@policy(city_administrators)
@retried
def start_trial(model_id: UUID) -> Response:
    """Give part of the classes this model."""
    share = request.form.get("share", type=float) or 0.0
    return _tried(
        lambda: trials.start(db_session(), model_id, share),
        gettext("The trial runs: each class keeps its model until it ends."),
    )


@bp.post("/admin/recommendations/trial/stop")
@policy(city_administrators)
@retried
def stop_trial() -> Response:
    """End the trial with the model that was chosen for all."""
    challenger = request.form.get("keep") == "challenger"
    return _tried(
        lambda: trials.stop(db_session(), publish_challenger=challenger),
        gettext("The trial is over."),
    )


def _tried(action: Callable[[], object], done: str) -> Response:
    """Do it and say so, or say why not."""
    try:
        with db_session().begin_nested():
            action()
    except (ConflictError, InvalidError) as error:
        flash(translated(error), "error")
    else:
        flash(done)
    return _back()


def _back() -> Response:
    return redirect(url_for("models.index"))
