"""The life of a ranking model."""

from youke.kernel.states import State


class ModelState(State):
    """Where a ranking model stands; at most one is current."""

    CANDIDATE = "candidate", "current ready refused"
    #: Good enough, and kept from publication by a hold or a trial.
    READY = "ready", "current retired"
    CURRENT = "current", "retired withdrawn"
    RETIRED = "retired", "current"
    #: Taken back by somebody who saw that it was bad.
    WITHDRAWN = "withdrawn", "current"
    REFUSED = "refused"
