"""The life of a ranking model."""

from youke.kernel.states import State


class ModelState(State):
    """Where a ranking model stands; at most one is current."""

    CANDIDATE = "candidate", "current refused"
    CURRENT = "current", "retired"
    RETIRED = "retired"
    REFUSED = "refused"
