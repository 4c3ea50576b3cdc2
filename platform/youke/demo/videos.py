"""Draws the demo videos: a title card with the lesson's name, motion and sound."""

import subprocess
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

from youke.catalogue.service import grade_of, subject_of
from youke.demo.lessons import DemoLesson

FRAMES_PER_S = 25
#: Two ends of the background's gradient for each subject.
COLOURS = {
    "math": ("0x1b3a6b", "0x2f7fd1"),
    "chinese": ("0x6b2018", "0xd1643f"),
    "english": ("0x3b2367", "0x8a5fd3"),
    "physics": ("0x1c2b5e", "0x4d62d0"),
    "chemistry": ("0x0f4a4a", "0x2aa198"),
    "biology": ("0x1d4a26", "0x57a65b"),
    "history": ("0x4a3219", "0xb07b3a"),
    "geography": ("0x3d4a16", "0x93a63a"),
    "science": ("0x124b66", "0x3aa7cf"),
}
#: Something that moves, and differs from subject to subject.
MOTIFS = {
    "math": "sierpinski=s=640x360:r=25:type=triangle",
    "physics": "mandelbrot=s=480x270:r=25:end_scale=0.05",
    "biology": "life=s=160x90:r=6:mold=10:ratio=0.2:life_color=white:seed=3",
    "science": "life=s=96x54:r=6:mold=20:ratio=0.15:life_color=white:seed=5",
    "english": "life=s=64x36:r=4:mold=30:ratio=0.25:life_color=white:seed=9",
    "chemistry": "sierpinski=s=640x360:r=25:type=triangle:jump=50",
}
OTHER_MOTIF = "sierpinski=s=640x360:r=25:type=carpet:jump=20"
#: A pentatonic phrase, two notes a second.
MELODY = "0.15*sin(2*PI*t*262*pow(2,{step}/12))*exp(-3*mod(t,0.5))"
STEPS = "if(lt(mod(t,2),0.5),0,if(lt(mod(t,2),1),4,if(lt(mod(t,2),1.5),7,12)))"


def draw(lesson: DemoLesson, teacher: str, target: Path) -> None:
    """Write the lesson's video to the target, an MP4."""
    texts = target.with_suffix("")
    texts.mkdir()
    inputs = _inputs(lesson)
    graph = _graph(lesson, _texts(lesson, teacher, texts))
    command = [get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-y", *inputs]
    command += ["-filter_complex", graph, "-map", "[v]", "-map", "2:a"]
    command += ["-t", str(lesson.seconds), "-c:v", "libx264", "-preset", "ultrafast"]
    command += ["-crf", "24", "-pix_fmt", "yuv420p", "-c:a", "aac", str(target)]
    subprocess.run(command, check=True, timeout=300)


def font() -> Path:
    """Return a font with Chinese characters, from its own package."""
    folder = files("cvttf_NotoSansCJK_Medium")
    return next(
        Path(str(item)) for item in folder.iterdir() if item.name.endswith(".otf")
    )


def _inputs(lesson: DemoLesson) -> Sequence[str]:
    dark, bright = COLOURS.get(lesson.subject, ("0x333333", "0x888888"))
    background = (
        # Drawn small and enlarged: a gradient has no detail to lose.
        f"gradients=s=320x180:r={FRAMES_PER_S}:c0={dark}:c1={bright}"
        ":x0=0:y0=0:x1=320:y1=180:n=2:speed=0.01:seed=7"
    )
    motif = MOTIFS.get(lesson.subject, OTHER_MOTIF)
    sound = f"aevalsrc={MELODY.format(step=f'({STEPS})')}:s=44100"
    sound = "aevalsrc='" + sound.removeprefix("aevalsrc=").replace(":s=", "':s=")
    arguments: list[str] = []
    for source in (background, motif, sound):
        arguments += ["-f", "lavfi", "-i", source]
    return arguments


def _texts(lesson: DemoLesson, teacher: str, folder: Path) -> dict[str, Path]:
    """Write what is drawn into files, where no character needs escaping."""
    width, height = lesson.size
    per_line = max(6, int(width / (height * 0.09) * 0.8) if width > height else 9)
    grade, subject = grade_of(lesson.grade), subject_of(lesson.subject)
    contents = {
        "title": "\n".join(wrap(lesson.title, per_line)),
        "place": f"{subject.zh} · {grade.zh}",
        "teacher": f"主讲教师  {teacher}",
    }
    paths = {name: folder / name for name in contents}
    for name, path in paths.items():
        path.write_text(contents[name], encoding="utf-8")
    return paths


def wrap(text: str, per_line: int) -> list[str]:
    """Break a text into lines; a Latin character is half as wide as a Chinese one."""
    lines: list[str] = []
    line, width = "", 0.0
    for word in _words(text):
        wide = sum(1.0 if ord(c) > 0x2E7F else 0.55 for c in word)  # noqa: PLR2004  where CJK begins
        if line and width + wide > per_line:
            lines, line, width = [*lines, line.strip()], "", 0.0
        line, width = line + word, width + wide
    return [*lines, line.strip()]


def _words(text: str) -> list[str]:
    """Split between Chinese characters and after Latin words."""
    words: list[str] = []
    for char in text:
        in_latin_word = char.isascii() and words and words[-1][-1].isascii()
        if words and (char == " " or (in_latin_word and words[-1][-1] != " ")):
            words[-1] += char
        else:
            words.append(char)
    return words


def _graph(lesson: DemoLesson, texts: dict[str, Path]) -> str:
    width, height = lesson.size
    unit = min(width, height)
    title = _line(texts["title"], size=unit * 9 // 100, y="h*0.22")
    place = _line(texts["place"], size=unit * 5 // 100, y="h*0.74")
    teacher = _line(texts["teacher"], size=unit * 4 // 100, y="h*0.83")
    return (
        f"[1:v]scale={width}:{height}:flags=neighbor,fps={FRAMES_PER_S},format=yuva420p,"
        "colorchannelmixer=aa=0.14[motif];"
        f"[0:v]scale={width}:{height}:flags=bilinear,setsar=1[ground];"
        f"[ground][motif]overlay=shortest=0,{title},{place},{teacher}[v]"
    )


def _line(text: Path, *, size: int, y: str) -> str:
    options = {
        "fontfile": f"'{font()}'",
        "textfile": f"'{text}'",
        "fontsize": size,
        "fontcolor": "white",
        "x": "w*0.08",
        "y": y,
        "line_spacing": size // 3,
        "shadowcolor": "black@0.35",
        "shadowx": 2,
        "shadowy": 2,
    }
    return "drawtext=" + ":".join(f"{name}={value}" for name, value in options.items())
