"""Join the pieces to renditions, copy those for TV, draw pictures, verify all."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from youke_transcoder import commands, fragments, packaging, verifying
from youke_transcoder.errors import FailureCode, TranscodeFailed
from youke_transcoder.hls import bandwidths
from youke_transcoder.iframes import i_frames
from youke_transcoder.joining import Joined, join
from youke_transcoder.model import Manifest, Rendition
from youke_transcoder.posters import make_poster
from youke_transcoder.recipes import AUDIO, whole
from youke_transcoder.sound import part
from youke_transcoder.storyboard import make_storyboard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from youke_transcoder.model import Piece
    from youke_transcoder.recipes import Recipe, Rung
    from youke_transcoder.running import Means

#: Shares of the assembly after which pieces are joined and TV's files are copied.
JOINED, COPIED, DRAWN = 0.5, 0.8, 0.9


def assemble(
    pieces: Iterable[Piece],
    recipe: Recipe,
    directory: Path,
    out_dir: Path,
    *,
    means: Means,
) -> Manifest:
    """Make the renditions of the recipe in `out_dir` from pieces in `directory`.

    Pieces of other renditions are ignored. Nothing appears in `out_dir` before all of
    it is verified. Raises `Cancelled`, and `TranscodeFailed` when a piece is missing
    or not as it was, or what comes out is not what it should be.
    """
    by_name: dict[str, list[Piece]] = {}
    for each in pieces:
        by_name.setdefault(each.rendition, []).append(each)
    with tempfile.TemporaryDirectory(prefix=".work-", dir=out_dir) as name:
        work = _Assembly(recipe, directory, Path(name), means)
        manifest = work.assemble(by_name)
        for file in files_of(manifest):
            (work.out / file).replace(out_dir / file)
    return manifest


def files_of(manifest: Manifest) -> Iterator[str]:
    """Name all files that a manifest describes."""
    yield manifest.poster
    yield from (each.path for each in manifest.renditions)
    yield from manifest.storyboard.sheets if manifest.storyboard else ()


@dataclass(frozen=True)
class _Assembly:
    """One assembly: what, from where, to where, with which means."""

    recipe: Recipe
    directory: Path
    out: Path
    means: Means

    def assemble(self, pieces: dict[str, list[Piece]]) -> Manifest:
        """Do everything inside the working directory."""
        joined = self._join(pieces)
        recipe = self.recipe
        rungs = {
            each.name: self._rung(each, joined[each.name]) for each in recipe.rungs
        }
        means = part(self.means, JOINED, COPIED)
        for_tv = packaging.for_tv(recipe, self.out, means=means)
        renditions = [
            each
            for rung in recipe.rungs
            for each in (rungs[rung.name], for_tv.get(rung.name))
            if each and each.profiles
        ]
        if AUDIO in joined:
            renditions.append(self._sound(joined[AUDIO]))
        for each in renditions:
            verifying.check_rendition(each, recipe, self.means.limits)
        return self._with_pictures(renditions, tuple(rungs.values()))

    def _with_pictures(
        self, renditions: Sequence[Rendition], rungs: Sequence[Rendition]
    ) -> Manifest:
        """Draw the poster from the largest rung, the storyboard from the smallest."""
        largest, smallest = rungs[0], rungs[-1]
        means = part(self.means, COPIED, COPIED)
        poster = make_poster(
            self.out / largest.path, largest.duration_s, self.out, means
        )
        self.means.on_progress(DRAWN)
        gop_s = float(self.recipe.gop / self.recipe.frame_rate)
        board = make_storyboard(smallest, self.out, means, gop_s=gop_s)
        return Manifest(
            source=self.recipe.source,
            poster=poster,
            renditions=tuple(renditions),
            storyboard=board,
        )

    def _join(self, pieces: dict[str, list[Piece]]) -> dict[str, Joined]:
        """Join the pieces of every rendition."""
        names = [each.name for each in self.recipe.rungs]
        names += [AUDIO] if self.recipe.source.has_audio else []
        joined = {}
        for number, name in enumerate(names):
            found = sorted(pieces.get(name, ()), key=lambda each: each.index)
            to = self.out / commands.media_file(name, "fmp4")
            if not found:
                raise TranscodeFailed(FailureCode.BAD_OUTPUT, f"{name} has no pieces")
            joined[name] = join(found, self.directory, to)
            self.means.on_progress(JOINED * (number + 1) / len(names))
        return joined

    def _rung(self, rung: Rung, joined: Joined) -> Rendition:
        """Verify and describe a rung: every frame, on the grid, in order."""
        header, found = fragments.read(joined.path)
        everything = whole(self.recipe.frames)[0]
        verifying.check_chunk(rung.name, found, self.recipe, everything)
        peak, average = bandwidths(joined.segments)
        return Rendition(
            name=rung.name,
            profiles=rung.profiles,
            kind="video",
            container="fmp4",
            path=joined.path.name,
            width=header.tracks[0].width,
            height=header.tracks[0].height,
            fps=round(float(self.recipe.frame_rate), 3),
            codecs=header.codecs,
            bandwidth=peak,
            average_bandwidth=average,
            size=joined.size,
            sha256=joined.sha256,
            duration_s=round(sum(each.duration_s for each in joined.segments), 6),
            init=joined.init,
            segments=joined.segments,
            i_frames=i_frames(found),
            score=rung.score,
        )

    def _sound(self, joined: Joined) -> Rendition:
        """Verify and describe the sound."""
        header, found = fragments.read(joined.path)
        verifying.check_sound_alone(AUDIO, found, self.recipe)
        peak, average = bandwidths(joined.segments)
        return Rendition(
            name=AUDIO,
            profiles=self.recipe.audio_only,
            kind="audio",
            container="fmp4",
            path=joined.path.name,
            width=None,
            height=None,
            fps=None,
            codecs=header.codecs,
            bandwidth=peak,
            average_bandwidth=average,
            size=joined.size,
            sha256=joined.sha256,
            duration_s=round(sum(each.duration_s for each in joined.segments), 6),
            init=joined.init,
            segments=joined.segments,
        )
