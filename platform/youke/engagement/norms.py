"""How long lessons of about one length are watched, so that lengths can be compared.

Forty seconds are much of a minute and little of an hour, and an hour is seldom seen to
its end. What a person watched is therefore ranked among the watches of lessons about
as long (duration-deconfounded watch time: Zhan et al., KDD 2022).
"""

import math
from typing import Any

from sqlalchemy import Float, ScalarSelect, delete, func, insert, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from youke.engagement.models import WatchNorm

#: Lengths are cut into so many bins with about as many watches in each, …
MOST_BINS = 10
#: … each with at least so many; with fewer, nothing is known.
LEAST_WATCHES = 200
#: Steps in which depth is told.
STEPS = 20
#: Watches of so many days tell what is usual.
DAYS = 365

_COUNT = text(
    "SELECT count(*) FROM watches WHERE seconds > 0"
    " AND updated_at > now() - make_interval(days => :days)"
)
_NORMS = text(
    """
    WITH recent AS (
        SELECT seconds, duration_s FROM watches WHERE seconds > 0
        AND updated_at > now() - make_interval(days => :days)
    ), edges AS (
        SELECT DISTINCT unnest(
            percentile_disc(CAST(:shares AS double precision[]))
            WITHIN GROUP (ORDER BY duration_s)
        ) AS up_to_s FROM recent
    ), binned AS (
        SELECT seconds, (
            SELECT min(up_to_s) FROM edges WHERE up_to_s >= recent.duration_s
        ) AS up_to_s FROM recent
    )
    SELECT up_to_s, percentile_cont(CAST(:steps AS double precision[]))
        WITHIN GROUP (ORDER BY seconds) AS quantiles
    FROM binned GROUP BY up_to_s HAVING count(*) >= :least ORDER BY up_to_s
    """
)


def shares(parts: int) -> list[float]:
    """Return the upper ends of so many equal parts: 1/n, 2/n … 1."""
    return [part / parts for part in range(1, parts + 1)]


def refresh_norms(session: Session) -> int:
    """Learn anew how long lessons are watched; return the number of bins."""
    watches = session.scalar(_COUNT, {"days": DAYS}) or 0
    session.execute(delete(WatchNorm))
    bins = min(MOST_BINS, watches // LEAST_WATCHES)
    if not bins:
        return 0
    wanted = {
        "days": DAYS,
        "shares": shares(bins),
        "steps": shares(STEPS),
        "least": LEAST_WATCHES // 2,
    }
    found = session.execute(_NORMS, wanted).all()
    rows = [{"up_to_s": row.up_to_s, "quantiles": row.quantiles} for row in found]
    if rows:
        # Longer lessons than any so far are compared with the longest.
        rows[-1]["up_to_s"] = math.inf
        session.execute(insert(WatchNorm), rows)
    return len(rows)


def depth(
    seconds: InstrumentedAttribute[float], duration_s: InstrumentedAttribute[float]
) -> ScalarSelect[Any]:
    """Return the share of like watches that were not longer, NULL when unknown."""
    rank = func.width_bucket(seconds, WatchNorm.quantiles)
    steps = func.array_length(WatchNorm.quantiles, 1)
    return (
        select(rank.cast(Float) / steps)
        .where(WatchNorm.up_to_s >= duration_s)
        .order_by(WatchNorm.up_to_s)
        .limit(1)
        .scalar_subquery()
    )
