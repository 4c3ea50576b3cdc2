"""What the service itself says in a conversation, kept as a code and its data."""


def N_(sentence: str) -> str:  # noqa: N802  the marker that Babel's extraction knows
    """Mark a sentence for translation where it is shown."""
    return sentence


SENTENCES = {
    "called": N_("A person was asked to look at this at once."),
    "identity": N_("Because of the call for help, {0} has seen who the student is."),
    "opened": N_("{0} have read this conversation together. The reason they gave: {1}"),
    "referred": N_("The counsellor has asked somebody else to help, too."),
}


def sentence_of(code: str) -> tuple[str, tuple[str, ...]]:
    """Return the sentence, which is a translation key, and what belongs in it."""
    kind, *data = code.split("|", 2)
    return SENTENCES[kind], tuple(data)
