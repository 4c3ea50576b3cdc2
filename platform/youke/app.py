"""The composition root: all features become one application."""

import re
from pathlib import Path
from typing import cast

from apiflask import APIFlask
from flask_babel import get_locale
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from youke import __version__
from youke.accounts import api as accounts_api
from youke.accounts import pages as accounts_pages
from youke.accounts.guards import install_sign_in
from youke.captions import api as captions_api
from youke.captions import pages as captions_pages
from youke.catalogue import api as catalogue_api
from youke.counselling import api as counselling_api
from youke.counselling import pages as counselling_pages
from youke.counselling.crisis import pages as crisis_pages
from youke.counselling.referrals import pages as referrals_pages
from youke.engagement import api as engagement_api
from youke.engagement import pages as engagement_pages
from youke.engagement import service as engagement
from youke.http import health
from youke.http.bodies import LARGEST_BODY_BYTES, install_bodies
from youke.http.context import Runtime, install_runtime
from youke.http.errors import install_errors
from youke.http.limits import limiter
from youke.http.policies import install_policies
from youke.http.preferences import install_preferences
from youke.http.security import install_security
from youke.kernel.config import Settings
from youke.kernel.db import Database
from youke.lessons import api as lessons_api
from youke.lessons.details import contribute
from youke.media import api as media_api
from youke.media import pages as media_pages
from youke.media import service as media
from youke.media.operators import api as operators_api
from youke.media.operators import pages as operators_pages
from youke.notices import api as notices_api
from youke.notices import pages as notices_pages
from youke.questions import api as questions_api
from youke.recommendations import api as recommendations_api
from youke.recommendations import pages as recommendations_pages
from youke.recommendations.operators import pages as models_pages
from youke.storage import ObjectStore
from youke.tutoring import api as tutoring_api
from youke.tutoring import pages as tutoring_pages
from youke.tutoring.calendar import api as calendar_api
from youke.tutoring.calendar import pages as calendar_pages
from youke.tutoring.feeds import api as feeds_api
from youke.tutoring.feeds import pages as feeds_pages
from youke.tutoring.inbox import api as inbox_api
from youke.tutoring.inbox import pages as inbox_pages
from youke.web import pages as web_pages
from youke.web.assets import BASE_URL, DIST, Assets
from youke.web.filters import install_filters

WEB = Path(__file__).parent / "web"
#: Vite's names: main-BX3kq_9d.js.
HASHED = re.compile(r"/assets/.+-[\w-]{8}\.\w+$")

BLUEPRINTS = (
    health.bp,
    accounts_api.bp,
    accounts_pages.bp,
    catalogue_api.bp,
    lessons_api.bp,
    media_api.bp,
    media_pages.bp,
    operators_api.bp,
    operators_pages.bp,
    captions_api.bp,
    captions_pages.bp,
    engagement_api.bp,
    engagement_pages.bp,
    recommendations_api.bp,
    recommendations_pages.bp,
    models_pages.bp,
    notices_api.bp,
    notices_pages.bp,
    questions_api.bp,
    tutoring_api.bp,
    calendar_api.bp,
    calendar_pages.bp,
    feeds_api.bp,
    feeds_api.feed_bp,
    feeds_pages.bp,
    inbox_api.bp,
    inbox_pages.bp,
    tutoring_pages.bp,
    tutoring_pages.questions_bp,
    counselling_api.bp,
    counselling_pages.bp,
    crisis_pages.bp,
    referrals_pages.bp,
    web_pages.bp,
    web_pages.lessons_bp,
)


#: What the features above lessons add to a lesson's description.
CONTRIBUTIONS = (
    media_api.describe_media,
    media.describe_work,
    engagement.describe,
)


def create_app(settings: Settings) -> APIFlask:
    """Build the application for these settings."""
    app = _bare_app(settings)
    install_runtime(app, _runtime(settings))
    _trust_proxies(app, settings.proxies)
    install_errors(app)
    install_preferences(app)
    install_sign_in(app)
    install_security(app)
    install_policies(app)
    limiter.init_app(app)
    _install_front_end(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for contribution in CONTRIBUTIONS:
        contribute(contribution)
    return app


def _bare_app(settings: Settings) -> APIFlask:
    app = APIFlask(
        "youke",
        title="Youke 优课",
        version=__version__,
        spec_path="/api/v1/openapi.json",
        docs_path=None,
        template_folder=str(WEB / "templates"),
        static_folder=cast("str", None),  # WhiteNoise serves the built files
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_BODY_BYTES,
        OPENAPI_VERSION="3.1.0",
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
    )
    install_bodies(app)
    return app


def _trust_proxies(app: APIFlask, hops: int) -> None:
    """Believe so many proxies about the client's address and the public host."""
    # Assigning is Flask's documented way to wrap an application.
    app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
        app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
    )


def _install_front_end(app: APIFlask) -> None:
    """Serve the built files, for ever where their names carry a hash."""
    app.jinja_env.globals["asset"] = Assets()
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    install_filters(app.jinja_env, lambda: str(get_locale()))
    # Assigning is Flask's documented way to wrap an application.
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(DIST),
        prefix=BASE_URL,
        allow_all_origins=False,
        immutable_file_test=lambda _path, url: HASHED.search(url) is not None,
    )


def _runtime(settings: Settings) -> Runtime:
    return Runtime(
        settings=settings,
        database=Database(settings.database_url),
        store=ObjectStore.from_settings(settings),
    )
