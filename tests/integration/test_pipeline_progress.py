"""How far an encoding is, and how long it still takes."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from harness.city import Caller, City
from harness.encodings import (
    take,
)
from harness.work import run_jobs, send
from youke.jobs.worker import Tools
from youke.kernel.clock import now
from youke.lessons.service import Lesson
from youke.media import claims, steps, work
from youke.media.models import Step, StepKind
from youke.media.progress import Wanted


def test_progress_grows_and_tells_how_long_the_rest_takes(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    clip: bytes,
    tools: Tools,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[float] = []
    left: list[float | None] = []
    noted = claims.note_share

    def note(session: object, claim: object, share: float) -> None:
        noted(session, claim, share)  # type: ignore[arg-type]
        seen.append(city.reread(lesson.id).progress)
        left.append(teacher.get(f"/lessons/{lesson.id}").get_json()["time_left_s"])

    monkeypatch.setattr(claims, "note_share", note)
    monkeypatch.setattr(work, "PROGRESS_EVERY_S", 0.0)
    send(teacher, lesson, clip)
    run_jobs(tools)

    assert len(seen) > 3
    assert seen == sorted(seen)
    assert 0.0 < seen[-1] <= 1.0
    assert any(left)
    assert city.reread(lesson.id).progress == 1.0
    shown = teacher.get(f"/lessons/{lesson.id}").get_json()
    assert shown["time_left_s"] is None


def test_a_steps_share_never_goes_back(
    city: City, teacher: Caller, lesson: Lesson, clip: bytes
) -> None:
    claim = take(city, send(teacher, lesson, clip))
    seen = []
    for share in (0.1, 0.5, 0.3, 7.0, 0.2):
        with city.database.transaction() as session:
            claims.note_share(session, claim, share)
            seen.append(session.get_one(Step, claim.step_id).share)
    assert seen == [0.1, 0.5, 0.5, 1.0, 1.0]


@pytest.mark.parametrize(
    ("language", "minutes", "seconds"),
    [
        ("en", "about 10 min left", "less than a minute left"),
        ("zh_Hans", "大约还需 10 分钟", "不到一分钟"),
    ],
)
def test_the_teacher_reads_how_long_it_still_takes(
    city: City,
    client: FlaskClient,
    teacher: Caller,
    lesson: Lesson,
    language: str,
    minutes: str,
    seconds: str,
) -> None:
    claim = take(city, send(teacher, lesson, b"a video"))
    client.set_cookie("lang", language)

    def page(share: float, ago: timedelta) -> str:
        with city.database.transaction() as session:
            step, encoding, _ = claims.held(session, claim)
            step.started_at = now() - ago
            steps.lay_out(session, encoding, [Wanted(StepKind.CHUNK, 0, 1.0)])
            step.weight, step.share = 1.0, share * 2
        return client.get(f"/studio/lessons/{lesson.id}", headers=teacher.headers).text

    # After the first half of twenty minutes, and near the end of one.
    assert minutes in page(0.5, timedelta(minutes=10))
    assert seconds in page(0.5, timedelta(seconds=10))
