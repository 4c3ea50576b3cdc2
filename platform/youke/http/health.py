"""`/healthz`: the process lives; `/readyz`: every part serves."""

import time
from collections.abc import Callable

from apiflask import APIBlueprint
from flask import Response, jsonify
from sqlalchemy import text

from youke.http.context import runtime
from youke.http.policies import anyone, policy
from youke.kernel.errors import YoukeError

bp = APIBlueprint("health", __name__, enable_openapi=False)


@bp.get("/healthz")
@policy(anyone)
def healthz() -> dict[str, str]:
    """Answer while the process lives."""
    return {"status": "ok"}


@bp.get("/readyz")
@policy(anyone)
def readyz() -> Response:
    """Try every part and say which one does not serve."""
    parts = {"database": _try(_database), "storage": _try(runtime().store.check)}
    ready = all(part["ok"] for part in parts.values())
    response = jsonify({"status": "ok" if ready else "unavailable", "parts": parts})
    response.status_code = 200 if ready else 503
    return response


def _database() -> None:
    with runtime().database.engine.connect() as connection:
        connection.execute(text("SELECT 1"))


def _try(check: Callable[[], None]) -> dict[str, object]:
    started = time.monotonic()
    try:
        check()
    except (YoukeError, OSError) as error:
        return {"ok": False, "error": type(error).__name__}
    except Exception as error:  # noqa: BLE001  a health check reports every failure
        return {"ok": False, "error": type(error).__name__}
    return {"ok": True, "ms": round((time.monotonic() - started) * 1000, 1)}
