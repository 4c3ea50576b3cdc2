"""What happens by the clock: calls climb, openings end, referrals are looked at.

No job of this zone carries an argument about anybody.
"""

from youke.counselling.breakglass.service import end_openings
from youke.counselling.crisis.service import climb
from youke.counselling.referrals.service import remind
from youke.counselling.room import Room
from youke.counselling.vault import Vault
from youke.jobs import app, tools
from youke.kernel.clock import local, now


@app.periodic(cron="* * * * *")
@app.task(queue="default", name="counselling.watch", queueing_lock="counselling.watch")
def watch(timestamp: int) -> None:  # noqa: ARG001  procrastinate's signature
    """Let calls climb that nobody took, and end openings whose time is over."""
    vault = Vault(tools().settings.counselling_key)
    with tools().database.transaction() as session:
        climb(Room(session, vault))
    with tools().database.transaction() as session:
        end_openings(Room(session, vault))


@app.periodic(cron="0 0 * * *")
@app.task(
    queue="default", name="counselling.remind", queueing_lock="counselling.remind"
)
def remind_counsellors(timestamp: int) -> None:  # noqa: ARG001  as above
    """Say at eight in the morning, in the schools' time, whose referrals are due."""
    vault = Vault(tools().settings.counselling_key)
    with tools().database.transaction() as session:
        remind(Room(session, vault), local(now()).date())
