"""`/api/v1/catalogue`."""

from typing import Any

from apiflask import APIBlueprint

from youke.catalogue.schemas import CatalogueOut
from youke.catalogue.service import GRADES, STAGES, SUBJECTS
from youke.http.policies import anyone, policy

bp = APIBlueprint("catalogue_api", __name__, url_prefix="/api/v1", tag="catalogue")


@bp.get("/catalogue")
@policy(anyone)
@bp.output(CatalogueOut)
def catalogue() -> dict[str, Any]:
    """List stages, grades and subjects."""
    return {"stages": STAGES, "grades": GRADES, "subjects": SUBJECTS}
