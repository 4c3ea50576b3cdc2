"""Language and theme: chosen by cookie, else Chinese and what the device prefers."""

from typing import Any

from apiflask import APIBlueprint
from flask import Flask, redirect, request
from flask_babel import Babel, get_locale
from werkzeug.wrappers import Response

from youke.http.policies import anyone, policy

LANGUAGES = ("zh_Hans", "en")
THEMES = ("auto", "light", "dark")
YEAR_S = 365 * 24 * 3600

bp = APIBlueprint("preferences", __name__, enable_openapi=False)


def install_preferences(app: Flask) -> None:
    """Translate pages and errors, and remember what the reader chose."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "web/translations"
    Babel(
        app,
        default_locale=LANGUAGES[0],
        default_timezone="Asia/Shanghai",
        locale_selector=chosen_language,
    )
    app.context_processor(_for_templates)
    app.register_blueprint(bp)


def chosen_language() -> str:
    """Return the language of the cookie, of a program's header, or Chinese."""
    cookie = request.cookies.get("lang")
    if cookie in LANGUAGES:
        return str(cookie)
    return LANGUAGES[0]


def chosen_theme() -> str:
    """Return the theme of the cookie, `auto` without one."""
    cookie = request.cookies.get("theme", "")
    return cookie if cookie in THEMES else THEMES[0]


def own_path(target: str | None) -> str:
    """Return the target when it is a path of this site, else the home page."""
    if not target or not target.startswith("/") or "\\" in target:
        return "/"
    return "/" if target.startswith("//") or not target.isprintable() else target


@bp.post("/preferences")
@policy(anyone)
def save() -> Response:
    """Remember the language or the theme in a cookie."""
    response = redirect(own_path(request.form.get("next")))
    for name, allowed in (("lang", LANGUAGES), ("theme", THEMES)):
        value = request.form.get(name)
        if value in allowed:
            response.set_cookie(name, str(value), max_age=YEAR_S, samesite="Lax")
    return response


def _for_templates() -> dict[str, Any]:
    return {"locale": str(get_locale()), "theme": chosen_theme()}
