"""What students are told about their questions."""

from sqlalchemy.orm import Session

from youke.notices.service import tell
from youke.questions.service import Question

#: A notice shows so much of a question.
EXCERPT = 40


def tell_asker(session: Session, question: Question, kind: str, **data: str) -> None:
    """Tell the asker something about the question, beginning with its first words."""
    text = " ".join(question.text.split())
    excerpt = text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…"
    tell(
        session,
        question.asker_id,
        kind=kind,
        href=f"/questions/{question.id}",
        question=excerpt,
        **data,
    )
