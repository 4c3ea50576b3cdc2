"""What is done for captions in the background."""

from sqlalchemy import select

from youke.captions.models import Captions
from youke.jobs import RetryUnlessHopeless, app, tools


@app.task(queue="default", name="captions.forget", retry=RetryUnlessHopeless())
def forget(key: str) -> None:
    """Delete a text that was replaced, unless it was uploaded again since."""
    with tools().database.transaction() as session:
        is_used = session.scalar(select(Captions.key).where(Captions.key == key))
    if is_used is None:
        tools().store.delete(key)
