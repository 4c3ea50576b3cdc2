"""Draw two kinds of lesson at 1080p25, with the statistics that an encoder meets.

*Slides*: pages of Chinese-looking characters, charts and a photograph, a new page
every twelve seconds and a pointer, with a teacher's small moving window.  *Camera*: a
scene of things that hide one another (the "dead leaves" model, whose edges and spectrum
are those of photographs: Lee, Mumford and Huang 2001), panned and swayed without rest,
a figure that walks, and a sensor's noise.  NumPy draws the pictures, ffmpeg moves them.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from youke_transcoder.running import ffmpeg_path

WIDTH, HEIGHT, RATE = 1920, 1080, 25
#: Seconds that a page is shown.
PAGE_S = 12
PAGES = 5
#: A character is drawn this large and reduced to its size.
GLYPH = 144
#: What a screen recorder and a camera give us.
SLIDES_UPLOAD = ("-preset", "veryfast", "-crf", "16", "-g", "250")
CAMERA_UPLOAD = ("-preset", "veryfast", "-b:v", "10M", "-maxrate", "12M")
CAMERA_UPLOAD += ("-bufsize", "20M", "-g", "50")

Picture = np.ndarray[Any, np.dtype[np.uint8]]


def slides(path: Path, seconds: int) -> None:
    """Draw pages that change, a pointer and a small moving window."""
    random = np.random.default_rng(1)
    window = "crop=384:216:'96+90*sin(0.9*t)':'54+40*sin(0.7*t)',noise=c0s=5:c0f=t"
    graph = (
        f"[0:v]fps={RATE}[page];"
        f"[1:v]fps={RATE},format=yuv420p,{window}[room];"
        f"[2:v]fps={RATE},scale=96:-2[head];"
        "[room][head]overlay='150+30*sin(1.3*t)':'60+8*sin(2.9*t)'[teacher];"
        "[page][teacher]overlay=1500:830[both];"
        f"[3:v]fps={RATE}[point];"
        "[both][point]overlay='700+500*sin(0.23*t)':'480+300*sin(0.31*t)',"
        "format=yuv420p[v]"
    )
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for number in range(PAGES):
            write(root / f"page-{number}.ppm", page(random))
        write(root / "room.ppm", leaves(random, 576, 324, count=900))
        write(root / "head.ppm", figure(random))
        write(root / "point.ppm", np.full((18, 12, 3), (200, 30, 30), np.uint8))
        pages = ("-framerate", f"1/{PAGE_S}", "-loop", "1", "-i", "page-%d.ppm")
        stills = [_still(name) for name in ("room", "head", "point")]
        inputs = [*pages, *(word for still in stills for word in still)]
        _draw(root, inputs, graph, path, seconds=seconds, upload=SLIDES_UPLOAD)


def camera(path: Path, seconds: int) -> None:
    """Draw a scene in full motion with noise."""
    random = np.random.default_rng(2)
    graph = (
        f"[0:v]fps={RATE},format=yuv420p,"
        "crop=2112:1188:'300+290*sin(0.45*t)':'120+110*sin(0.37*t)',"
        "rotate='0.02*sin(0.8*t)',crop=1920:1080,gblur=sigma=0.7[scene];"
        f"[1:v]fps={RATE},scale=480:-2,rotate='0.05*sin(2*t)':c=gray[figure];"
        "[scene][figure]overlay='720+500*sin(0.6*t)':'330+40*sin(2.3*t)',"
        "noise=c0s=9:c0f=t:c1s=4:c1f=t:c2s=4:c2f=t,format=yuv420p[v]"
    )
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(root / "scene.ppm", leaves(random, 2712, 1428, count=9000))
        write(root / "figure.ppm", figure(random))
        inputs = [*_still("scene"), *_still("figure")]
        _draw(root, inputs, graph, path, seconds=seconds, upload=CAMERA_UPLOAD)


SCENES = {"slides": slides, "camera": camera}


def lesson(folder: Path, kind: str, seconds: int) -> Path:
    """Return the path of a lesson of a kind, drawn when it is first asked for."""
    path = folder / f"{kind}-{seconds}.mp4"
    if not path.exists():
        unfinished = path.with_suffix(".part.mp4")
        SCENES[kind](unfinished, seconds)
        unfinished.rename(path)
    return path


def page(random: np.random.Generator) -> Picture:
    """Draw a page: a title, lines of characters, and a chart or a photograph."""
    paper = np.full((HEIGHT, WIDTH, 3), (250, 250, 246), np.uint8)
    ink = tuple(int(value) for value in random.integers(10, 70, 3))
    glyphs = [glyph(random) for _ in range(80)]
    _line(paper, glyphs, random, box=(120, 80, 72), ink=(24, 60, 120), letters=14)
    for row in range(10):
        letters = int(random.integers(12, 26))
        _line(
            paper,
            glyphs,
            random,
            box=(120, 230 + row * 62, 36),
            ink=ink,
            letters=letters,
        )
    if random.random() < 0.5:
        paper[250:650, 1240:1800] = leaves(random, 560, 400, count=1500)
    else:
        _bars(paper, random)
    _line(paper, glyphs, random, box=(120, 980, 24), ink=(120, 120, 120), letters=30)
    return paper


def leaves(random: np.random.Generator, width: int, height: int, count: int) -> Picture:
    """Throw discs of all sizes over one another, each with a shade and a grain."""
    picture = np.full((height, width, 3), 128, np.float32)
    # Density of radii r^-3, as in photographs.
    smallest, largest = 7.0, width / 6
    share = random.random(count)
    radii = 1 / np.sqrt(share / smallest**2 + (1 - share) / largest**2)
    for radius in radii:
        _disc(picture, random, float(radius))
    grain = random.normal(0, 3, (height, width, 1))
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def figure(random: np.random.Generator) -> Picture:
    """Draw somebody: a head and shoulders before a wall."""
    y, x = np.mgrid[0:640, 0:480].astype(np.float32)
    picture = np.full((640, 480, 3), (150, 160, 165), np.float32)
    body = ((x - 240) / 220) ** 2 + ((y - 640) / 330) ** 2 < 1
    picture[body] = (60, 80, 130)
    stripes = body & (np.sin(y / 6 + x / 9) > 0.6)
    picture[stripes] = (90, 110, 160)
    head = ((x - 240) / 105) ** 2 + ((y - 200) / 140) ** 2 < 1
    picture[head] = (215, 170, 140)
    hair = head & (y < 150)
    picture[hair] = (50, 35, 30)
    for centre in (200, 280):
        picture[((x - centre) ** 2 + (y - 190) ** 2) < 150] = (30, 30, 30)
    picture += 14 * np.sin(x / 90)[..., None] + random.normal(0, 2, (640, 480, 1))
    return np.clip(picture, 0, 255).astype(np.uint8)


def glyph(random: np.random.Generator) -> Picture:
    """Draw a character of a few strokes; 255 where there is ink."""
    ink = np.zeros((GLYPH, GLYPH), np.uint8)
    y, x = np.mgrid[0:GLYPH, 0:GLYPH]
    for _ in range(int(random.integers(4, 9))):
        first, last = sorted(random.integers(12, GLYPH - 12, 2))
        place = int(random.integers(14, GLYPH - 22))
        kind = random.random()
        if kind < 0.45:
            ink[place : place + 10, first:last] = 255
        elif kind < 0.85:
            ink[first:last, place : place + 10] = 255
        else:
            slope = (x - first) - (y - place) * (1 if random.random() < 0.5 else -1)
            ink[(abs(slope) < 8) & (y > first) & (y < last)] = 255
    return ink


def write(path: Path, picture: Picture) -> None:
    """Write a picture as PPM."""
    height, width, _ = picture.shape
    path.write_bytes(f"P6 {width} {height} 255\n".encode() + picture.tobytes())


def _disc(picture: Any, random: np.random.Generator, radius: float) -> None:
    height, width, _ = picture.shape
    x, y = random.uniform(0, width), random.uniform(0, height)
    left, right = max(0, int(x - radius)), min(width, int(x + radius) + 1)
    top, bottom = max(0, int(y - radius)), min(height, int(y + radius) + 1)
    rows, columns = np.mgrid[top:bottom, left:right]
    distance = np.hypot(columns - x, rows - y)
    cover = np.clip(radius - distance, 0, 1)[..., None]
    shade = random.uniform(40, 215) + random.normal(0, 16, 3)
    lit = shade * (1 + 0.25 * (columns - x) / radius)[..., None]
    part = picture[top:bottom, left:right]
    part += cover * (lit - part)


def _line(
    paper: Picture,
    glyphs: list[Picture],
    random: np.random.Generator,
    *,
    box: tuple[int, int, int],
    ink: tuple[int, ...],
    letters: int,
) -> None:
    x, y, size = box
    times = GLYPH // size
    for _ in range(letters):
        drawn = glyphs[int(random.integers(len(glyphs)))]
        small = drawn.reshape(size, times, size, times).mean(axis=(1, 3)) / 255
        part = paper[y : y + size, x : x + size]
        part[:] = part + small[..., None] * (np.array(ink) - part.astype(float))
        x += size + size // 12


def _bars(paper: Picture, random: np.random.Generator) -> None:
    paper[648:652, 1220:1800] = 60
    for number in range(7):
        colour = random.integers(40, 220, 3)
        height = int(random.integers(60, 380))
        left = 1250 + number * 78
        paper[648 - height : 648, left : left + 54] = colour


def _still(name: str) -> tuple[str, ...]:
    return ("-framerate", str(RATE), "-loop", "1", "-i", f"{name}.ppm")


def _draw(
    folder: Path,
    inputs: list[str],
    graph: str,
    path: Path,
    *,
    seconds: int,
    upload: tuple[str, ...],
) -> None:
    voice = "sine=220:r=48000,tremolo=f=2.3:d=0.9,aformat=channel_layouts=stereo"
    command = [ffmpeg_path(), "-nostdin", "-loglevel", "error", "-y", *inputs]
    command += ["-f", "lavfi", "-i", voice, "-filter_complex", graph, "-map", "[v]"]
    command += [
        "-map",
        f"{inputs.count('-i')}:a",
        "-t",
        str(seconds),
        "-c:v",
        "libx264",
    ]
    command += [*upload, "-c:a", "aac", "-b:a", "128k", str(path.resolve())]
    subprocess.run(command, check=True, cwd=folder)
