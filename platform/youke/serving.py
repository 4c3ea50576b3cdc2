"""Gunicorn's settings: `gunicorn --config python:youke.serving youke.wsgi:app`."""

from collections.abc import Mapping
from typing import Any

from gunicorn.glogging import Logger

worker_class = "youke.http.patience.PatientWorker"
#: Of a process; below the 1024 files that a process may usually open.
worker_connections = 500
graceful_timeout = 5
accesslog = "-"
control_socket_disable = True


class DiscreetLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Logs no queries: they carry playback tokens, and what people look for."""

    def atoms(
        self, resp: Any, req: Any, environ: Mapping[str, Any], request_time: Any
    ) -> Any:
        """Return what a line of the access log is made of."""
        path, _, _ = environ["RAW_URI"].partition("?")
        shown = {**environ, "RAW_URI": path, "HTTP_REFERER": "-"}
        return super().atoms(resp, req, shown, request_time)


logger_class = DiscreetLogger
