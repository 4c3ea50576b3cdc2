"""The sign-in page."""

from apiflask import APIBlueprint
from flask import redirect, render_template, request
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from youke.accounts.errors import WrongPasswordError
from youke.accounts.guards import SignedIn, forget_cookie, signed_in
from youke.accounts.service import end_sign_in, sign_in
from youke.http.context import db_session
from youke.http.errors import translated
from youke.http.limits import limit_failed_sign_ins
from youke.http.policies import anyone, policy
from youke.http.preferences import own_path

bp = APIBlueprint("accounts", __name__, enable_openapi=False)


@bp.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
@policy(anyone)
@limit_failed_sign_ins
def sign_in_page() -> str | Response | tuple[str, int]:
    """Show the form, and open a session for the right password."""
    target = own_path(request.values.get("next"))
    if request.method == "GET":
        return redirect(target) if current_user.is_authenticated else _form(target)
    try:
        person, token = sign_in(
            db_session(),
            username=request.form.get("username", ""),
            password=request.form.get("password", ""),
        )
    except WrongPasswordError as error:
        return _form(target, error=translated(error)), 401
    forget_cookie()
    login_user(SignedIn(person, token))
    return redirect(target)


@bp.post("/sign-out")
@policy(signed_in)
def sign_out() -> Response:
    """End the session everywhere the cookie may have been copied to."""
    end_sign_in(db_session(), current_user.get_id())
    logout_user()
    return redirect("/sign-in")


def _form(target: str, *, error: str | None = None) -> str:
    username = request.form.get("username", "")
    return render_template(
        "accounts/sign_in.html", error=error, username=username, next=target
    )
