"""The engine alone: a file in, verified renditions out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from youke_transcoder.limits import DEFAULT_LIMITS, Limits
from youke_transcoder.planning import plan
from youke_transcoder.running import Means, ffmpeg_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from youke_transcoder.model import Manifest
    from youke_transcoder.recipes import Recipe


def transcode(
    path: str | Path,
    out_dir: str | Path,
    recipe: Recipe,
    *,
    on_progress: Callable[[float], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
    ffmpeg: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    jobs: int | None = None,
    threads: int | None = None,
    survey: bool = False,
) -> Manifest:
    """Make the recipe's renditions of the file at `path` in `out_dir`.

    Nothing appears in `out_dir` before everything is verified. `on_progress` gets
    growing shares of the whole, 0 to 1; what it raises ends the work and comes
    through; it and `should_stop` are asked by the calling thread only. `jobs` chunks
    are encoded at a time, with `threads` threads for each encoder. With `survey` the
    recipe is changed as samples of the source advise. Raises `TranscodeFailed`, and
    `Cancelled` once `should_stop` answers yes.
    """
    from youke_transcoder import driving
    from youke_transcoder.normalising import normalised

    means = Means(
        ffmpeg=ffmpeg or ffmpeg_path(),
        limits=limits,
        threads=threads,
        on_progress=on_progress,
        should_stop=should_stop,
    )
    with driving.beside(out_dir) as (out, beside):
        source = normalised(
            Path(path), recipe.source, beside, means=driving.quiet(means)
        )
        return driving.make(source, recipe, out, means=means, jobs=jobs, survey=survey)


def transcode_source(
    path: str | Path,
    out_dir: str | Path,
    profiles: Iterable[str],
    *,
    means: Means,
    jobs: int | None = None,
) -> Manifest:
    """Inspect, plan, survey and transcode: all that a file needs.

    Raises `Rejected` for a file that cannot become a lesson, else as `transcode`.
    """
    from youke_transcoder import driving
    from youke_transcoder.normalising import inspected

    wanted = tuple(profiles)
    with driving.beside(out_dir) as (out, beside):
        source, probe = inspected(Path(path), beside, means=driving.quiet(means))
        recipe = plan(probe, wanted)
        return driving.make(source, recipe, out, means=means, jobs=jobs, survey=True)
