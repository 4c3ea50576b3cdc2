"""All tables, for those who need the whole schema: migrations and tests."""

from youke.accounts import models as accounts
from youke.http import idempotency
from youke.lessons import models as lessons
from youke.media import models as media

__all__ = ["accounts", "idempotency", "lessons", "media"]
