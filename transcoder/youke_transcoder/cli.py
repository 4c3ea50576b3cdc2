"""`youke-transcode SOURCE OUT_DIR`: the engine alone, without the platform."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from youke_transcoder.errors import Cancelled, Rejected, TranscodeFailed
from youke_transcoder.normalising import inspected
from youke_transcoder.planning import LADDERS, plan
from youke_transcoder.playlists import main_playlist, media_playlist
from youke_transcoder.running import Means
from youke_transcoder.transcoding import transcode

if TYPE_CHECKING:
    from youke_transcoder.model import Manifest

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
def main(source: Path, out_dir: Path, profiles: str) -> None:
    """Transcode SOURCE into OUT_DIR and print a JSON manifest.

    Progress goes to stderr. When the file is rejected or the work fails, stdout has
    {"error": {"code", "detail"}} and the exit code is 3 or 4.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        manifest = _transcode(source, out_dir, tuple(profiles.split(",")))
    except (Rejected, TranscodeFailed) as error:
        _fail(error.code, error.detail, REJECTED if _rejected(error) else FAILED)
    except (KeyboardInterrupt, Cancelled):
        _fail("cancelled", "stopped on request", CANCELLED)
    except FileNotFoundError as error:
        _fail("not_found", str(error), FAILED)
    except OSError as error:
        _fail("io_error", str(error), FAILED)
    click.echo(manifest.to_json())


def _transcode(source: Path, out_dir: Path, profiles: tuple[str, ...]) -> Manifest:
    if not source.is_file():
        raise FileNotFoundError(f"no such file: {source}")
    unknown = sorted(set(profiles) - set(LADDERS))
    if unknown:
        raise click.BadParameter(f"no such profile: {', '.join(unknown)}")
    out_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".source-", dir=out_dir) as beside:
        _, facts = inspected(source, Path(beside), means=Means())
    recipe = plan(facts, profiles)
    bar = click.progressbar(
        length=BAR_STEPS, label="transcoding", file=sys.stderr, hidden=False
    )
    with bar:
        manifest = transcode(
            source,
            out_dir,
            recipe,
            on_progress=lambda share: bar.update(round(share * BAR_STEPS) - bar.pos),
        )
    write_playlists(manifest, out_dir, profiles)
    return manifest


def write_playlists(
    manifest: Manifest, out_dir: Path, profiles: tuple[str, ...]
) -> None:
    """Write `<profile>.m3u8` and each rendition's playlist with relative names."""
    for rendition in manifest.renditions:
        text = media_playlist(rendition, rendition.path)
        (out_dir / f"{rendition.name}.m3u8").write_text(text, "utf-8")
    for profile in profiles:
        text = main_playlist(
            manifest.renditions, profile, lambda each: f"{each.name}.m3u8"
        )
        (out_dir / f"{profile}.m3u8").write_text(text, "utf-8")


def _rejected(error: Exception) -> bool:
    return isinstance(error, Rejected)


def _fail(code: str, detail: str, exit_code: int) -> NoReturn:
    click.echo(json.dumps({"error": {"code": code, "detail": detail}}))
    sys.exit(exit_code)
