"""Bodies as RFC 8259 says JSON is: no NaN, no depth without end."""

from typing import Any, NoReturn

from apiflask import APIFlask
from flask import Request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import UnsupportedMediaType

#: No request of ours is larger: files go straight to the object store.
LARGEST_BODY_BYTES = 1024 * 1024


class StrictJson(DefaultJSONProvider):
    """Reads only what other JSON parsers read too; writes Chinese as it is."""

    ensure_ascii = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Return the value of a JSON text.

        :raises ValueError: when it is none; Flask answers that the request is bad.
        """
        try:
            return super().loads(s, parse_constant=_refuse, **kwargs)
        except RecursionError:
            raise ValueError("too deeply nested") from None


class JsonRequest(Request):
    """A request whose JSON may come under any name, but must be JSON."""

    def on_json_loading_failed(self, e: ValueError | None) -> Any:
        """Say of a form or a file that it is of the wrong kind, not that it is bad."""
        if self.mimetype and not self.is_json:
            raise UnsupportedMediaType
        return super().on_json_loading_failed(e)


def install_bodies(app: APIFlask) -> None:
    """Read the bodies of all requests in this way."""
    app.json = StrictJson(app)
    app.request_class = JsonRequest


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
