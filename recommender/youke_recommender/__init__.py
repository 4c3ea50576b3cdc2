"""Interactions in, a ranking model out; knows nothing of the platform around it."""

from youke_recommender.als import AlsModel, AlsParams
from youke_recommender.blend import BlendModel, BlendParams
from youke_recommender.catalogue import AllowList
from youke_recommender.content import ContentModel, ContentParams
from youke_recommender.contract import Model, Scored
from youke_recommender.ease import EaseModel, EaseParams
from youke_recommender.errors import (
    CatalogueTooLargeError,
    InputFileError,
    InvalidInteractionError,
    InvalidParameterError,
    MissingExtraError,
    ModelDamagedError,
    ModelFitError,
    RecommenderError,
    TooLittleDataError,
)
from youke_recommender.evaluation import Quality, evaluate
from youke_recommender.files import read_interactions, read_split_by_time
from youke_recommender.interactions import Interactions
from youke_recommender.item_files import read_items
from youke_recommender.items import Item
from youke_recommender.neighbours import NeighboursModel, NeighboursParams
from youke_recommender.popularity import PopularityModel, PopularityParams
from youke_recommender.registry import KINDS, ModelKind, load_model
from youke_recommender.splits import hide, split

__all__ = [
    "KINDS",
    "AllowList",
    "AlsModel",
    "AlsParams",
    "BlendModel",
    "BlendParams",
    "CatalogueTooLargeError",
    "ContentModel",
    "ContentParams",
    "EaseModel",
    "EaseParams",
    "InputFileError",
    "Interactions",
    "InvalidInteractionError",
    "InvalidParameterError",
    "Item",
    "MissingExtraError",
    "Model",
    "ModelDamagedError",
    "ModelFitError",
    "ModelKind",
    "NeighboursModel",
    "NeighboursParams",
    "PopularityModel",
    "PopularityParams",
    "Quality",
    "RecommenderError",
    "Scored",
    "TooLittleDataError",
    "evaluate",
    "hide",
    "load_model",
    "read_interactions",
    "read_items",
    "read_split_by_time",
    "split",
]
