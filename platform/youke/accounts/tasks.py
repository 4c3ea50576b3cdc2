"""Forgetting what nobody needs any more."""

import logging

from youke.accounts.service import forget_expired_tokens
from youke.http.idempotency import forget_old_answers
from youke.jobs import app, tools

logger = logging.getLogger(__name__)


@app.periodic(cron="23 3 * * *")
@app.task(queue="default", name="accounts.forget", queueing_lock="accounts.forget")
def forget(timestamp: int) -> None:
    """Delete expired sign-ins and answers that nobody repeats any more."""
    with tools().database.transaction() as session:
        tokens, answers = forget_expired_tokens(session), forget_old_answers(session)
    about = {"action": "forgotten", "tokens": tokens, "answers": answers}
    logger.info("Forgot what has expired", extra=about | {"at": timestamp})
