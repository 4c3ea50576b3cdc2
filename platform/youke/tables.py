"""All tables, for those who need the whole schema: migrations and tests."""

from youke.accounts import models as accounts
from youke.http import idempotency
from youke.lessons import models as lessons

__all__ = ["accounts", "idempotency", "lessons"]
