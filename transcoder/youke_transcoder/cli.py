"""`youke-transcode SOURCE OUT_DIR`: the engine alone, without the platform."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from youke_transcoder.costing import estimate
from youke_transcoder.errors import Cancelled, Rejected, TranscodeFailed
from youke_transcoder.planning import LADDERS, plan
from youke_transcoder.playlists import (
    i_frames_playlist,
    main_playlist,
    media_playlist,
)
from youke_transcoder.running import Means
from youke_transcoder.storyboard import vtt
from youke_transcoder.transcoding import transcode_source

if TYPE_CHECKING:
    from youke_transcoder.model import Manifest, Rendition

#: Exit codes: the file's fault, ours, the user's wish.
REJECTED, FAILED, CANCELLED = 3, 4, 130
BAR_STEPS = 1000


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("out_dir", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--profiles",
    default=",".join(LADDERS),
    show_default=True,
    help="Comma-separated device classes.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    help="Chunks to encode at a time; as many as there are processors if not given.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Print the recipe and its estimated cost; encode nothing, write nothing.",
)
def main(
    source: Path, out_dir: Path, profiles: str, jobs: int | None, *, dry_run: bool
) -> None:
    """Transcode SOURCE into OUT_DIR and print a JSON manifest.

    Progress goes to stderr. When the file is rejected or the work fails, stdout has
    {"error": {"code", "detail"}} and the exit code is 3 or 4.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        wanted = _checked(source, profiles)
        answer = (
            _estimate(source, wanted)
            if dry_run
            else _transcode(source, out_dir, wanted, jobs)
        )
    except (Rejected, TranscodeFailed) as error:
        _fail(error.code, error.detail, REJECTED if _rejected(error) else FAILED)
    except (KeyboardInterrupt, Cancelled):
        _fail("cancelled", "stopped on request", CANCELLED)
    except FileNotFoundError as error:
        _fail("not_found", str(error), FAILED)
    except OSError as error:
        _fail("io_error", str(error), FAILED)
    click.echo(answer)


def _checked(source: Path, profiles: str) -> tuple[str, ...]:
    """Refuse what cannot be meant before anything is opened; name the profiles."""
    if not source.is_file():
        raise FileNotFoundError(f"no such file: {source}")
    wanted = tuple(profiles.split(","))
    unknown = sorted(set(wanted) - set(LADDERS))
    if unknown:
        raise click.BadParameter(f"no such profile: {', '.join(unknown)}")
    return wanted


def _estimate(source: Path, profiles: tuple[str, ...]) -> str:
    from youke_transcoder.normalising import inspected

    with tempfile.TemporaryDirectory(prefix="youke-source-") as beside:
        _, facts = inspected(source, Path(beside), means=Means())
    recipe = plan(facts, profiles)
    cost = estimate(recipe)
    return json.dumps({"recipe": recipe.to_dict(), "cost": cost.to_dict()}, indent=2)


def _transcode(
    source: Path, out_dir: Path, profiles: tuple[str, ...], jobs: int | None
) -> str:
    bar = click.progressbar(
        length=BAR_STEPS, label="transcoding", file=sys.stderr, hidden=False
    )
    with bar:
        means = Means(
            on_progress=lambda share: bar.update(round(share * BAR_STEPS) - bar.pos)
        )
        manifest = transcode_source(source, out_dir, profiles, means=means, jobs=jobs)
    write_playlists(manifest, out_dir, profiles)
    return manifest.to_json()


def write_playlists(
    manifest: Manifest, out_dir: Path, profiles: tuple[str, ...]
) -> None:
    """Write all playlists with relative names: `<profile>.m3u8` plays everything.

    Beside it lie each rendition's own, those of the key frames for scrubbing, and
    `storyboard.vtt`.
    """
    for rendition in manifest.renditions:
        text = media_playlist(rendition, rendition.path)
        _write(out_dir / f"{rendition.name}.m3u8", text)
        if rendition.i_frames:
            text = i_frames_playlist(rendition, rendition.path)
            _write(out_dir / _scrubbing(rendition), text)
    for profile in profiles:
        text = main_playlist(
            manifest.renditions,
            profile,
            lambda each: f"{each.name}.m3u8",
            i_frames_uri_for=_scrubbing,
        )
        _write(out_dir / f"{profile}.m3u8", text)
    if manifest.storyboard:
        _write(out_dir / "storyboard.vtt", vtt(manifest.storyboard, str))


def _scrubbing(rendition: Rendition) -> str:
    return f"{rendition.name}-i-frames.m3u8"


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


def _rejected(error: Exception) -> bool:
    return isinstance(error, Rejected)


def _fail(code: str, detail: str, exit_code: int) -> NoReturn:
    click.echo(json.dumps({"error": {"code": code, "detail": detail}}))
    sys.exit(exit_code)
