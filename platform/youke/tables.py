"""All tables, for those who need the whole schema: migrations and tests."""

from youke.accounts import models as accounts
from youke.captions import models as captions
from youke.counselling import models as counselling
from youke.counselling.breakglass import models as breakglass
from youke.counselling.crisis import models as crisis
from youke.counselling.referrals import models as referrals
from youke.engagement import models as engagement
from youke.http import idempotency
from youke.lessons import models as lessons
from youke.media import models as media
from youke.notices import models as notices
from youke.questions import models as questions
from youke.recommendations import models as recommendations
from youke.tutoring import models as tutoring
from youke.tutoring.feeds import models as feeds
from youke.workdays import models as workdays

__all__ = [
    "accounts",
    "breakglass",
    "captions",
    "counselling",
    "crisis",
    "engagement",
    "feeds",
    "idempotency",
    "lessons",
    "media",
    "notices",
    "questions",
    "recommendations",
    "referrals",
    "tutoring",
    "workdays",
]
