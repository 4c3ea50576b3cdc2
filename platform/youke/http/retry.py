"""One more try for transactions that PostgreSQL ended to resolve a conflict."""

import functools
import logging
from collections.abc import Callable
from typing import Any, TypeVar, cast

from sqlalchemy.exc import DBAPIError

from youke.http.context import db_session

View = TypeVar("View", bound=Callable[..., Any])
#: serialization_failure and deadlock_detected: the same again is likely to succeed.
TRANSIENT = frozenset({"40001", "40P01"})

logger = logging.getLogger(__name__)


def retried(view: View) -> View:
    """Run the view once more, in a new transaction, after a transient conflict."""

    @functools.wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return view(*args, **kwargs)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in TRANSIENT:
                raise
            logger.warning("Trying again", extra={"action": "retry"}, exc_info=error)
        db_session().rollback()
        return view(*args, **kwargs)

    return cast("View", guarded)
