"""Originals and rungs: added up, dropped where nobody needs them, brought back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from transcoder_media import Drawing, draw

from harness.city import Caller, City
from harness.encoded import (
    FAILED,
    MB,
    READY,
    WORKING,
    Made,
    add_upload,
    all_encodings,
    encode,
    jobs,
)
from harness.work import run_jobs, send
from youke.cli import main
from youke.jobs.worker import Tools
from youke.kernel.config import Settings
from youke.lessons.service import Lesson
from youke.media.models import Encoding, StoredPiece, Upload
from youke.media.operators import dropping, tasks
from youke.media.operators.retention import Retention
from youke.media.windows import STILL_WATCHED

OLD = replace(READY, age=timedelta(days=100))
Run = Callable[..., Result]


@pytest.fixture
def run(settings: Settings) -> Run:
    """Runs `youke media …` on this test's database."""
    environment = {
        "YOUKE_DATABASE_URL": settings.database_url,
        "YOUKE_S3_ENDPOINT": settings.s3_endpoint,
        "YOUKE_S3_ACCESS_KEY": settings.s3_access_key,
        "YOUKE_S3_SECRET_KEY": settings.s3_secret_key,
        "YOUKE_SECRET_KEY": settings.secret_key,
        "YOUKE_DATA_DIR": str(settings.data_dir),
    }

    def run(*arguments: object, **more: str) -> Result:
        return CliRunner().invoke(
            main, ["media", *map(str, arguments)], env=environment | more
        )

    return run


def uploads(city: City) -> list[Upload]:
    with city.database.transaction() as session:
        return list(session.scalars(select(Upload).order_by(Upload.id)).all())


def names(city: City, encoding: UUID) -> list[str]:
    with city.database.transaction() as session:
        return [each.name for each in session.get_one(Encoding, encoding).renditions]


def discarded(city: City) -> list[tuple[str, bool]]:
    """What jobs are to delete, and whether later."""
    return [
        (args["prefix"], later)
        for name, args, later in jobs(city)
        if name == "media.discard"
    ]


def test_storage_is_added_up_by_kind(city: City, lesson: Lesson, run: Run) -> None:
    encoding = encode(city, lesson)
    with city.database.transaction() as session:
        session.get_one(Encoding, encoding).extra_bytes = 2 * MB
        session.add(
            StoredPiece(
                lesson_id=lesson.id,
                work_key="key",
                rendition="720p",
                stage="final",
                number=0,
                key="key",
                size=3 * MB,
                description={},
            )
        )

    said = run("storage").output

    for line in (
        "originals                     476.8 MB",
        "web and mobile                 75.3 MB",
        "TV                             63.9 MB",
        "sound                         976.6 KB",
        "posters and storyboards         1.9 MB",
        "pieces in work                  2.9 MB",
        "all needless originals        476.8 MB",
        "rung tv-1080p                  42.9 MB",
        "The policy drops tonight           0 B",
    ):
        assert line in said.splitlines()
    due = run("storage", YOUKE_KEEP_ORIGINALS="0d", YOUKE_KEEP_RUNGS="720p=0").output
    assert "The policy drops tonight      495.9 MB" in due


def test_an_original_that_nobody_needs_is_dropped_by_a_job(
    city: City, lesson: Lesson, run: Run
) -> None:
    encode(city, lesson, OLD)
    (upload,) = uploads(city)

    dry = run("drop", "--originals", "--older-than", "90d", "--dry-run")
    assert dry.output.endswith("Would free 476.8 MB\n")
    assert (uploads(city)[0].dropped_at, discarded(city)) == (None, [])

    assert run("drop", "--originals", "--older-than", "90d").output.endswith(
        "Freed 476.8 MB\n"
    )
    assert uploads(city)[0].dropped_at is not None
    assert discarded(city) == [(upload.key, False)]
    assert run("drop", "--originals").output == "Freed 0 B\n"


def test_age_and_names_are_two_ways_to_choose(lesson: Lesson, run: Run) -> None:
    chosen = ("--lesson", lesson.id, "--older-than", "9d")
    assert run("drop", "--originals", *chosen).exit_code == 2
    assert run("drop", "--older-than", "soon").exit_code == 2
    assert run("drop").exit_code == 2


def test_younger_originals_stay(city: City, lesson: Lesson, run: Run) -> None:
    encode(city, lesson, OLD)
    said = run("drop", "--originals", "--older-than", "101d").output
    assert said == "Freed 0 B\n"


@pytest.mark.parametrize("made", [FAILED, WORKING])
def test_an_original_without_complete_versions_is_kept(
    city: City, lesson: Lesson, run: Run, made: Made
) -> None:
    encode(city, lesson, made)
    said = run("drop", "--originals", "--lesson", lesson.id)
    assert "original_needed" in said.stderr
    assert uploads(city)[0].dropped_at is None


def test_an_original_is_kept_while_its_lesson_is_made_anew(
    city: City, lesson: Lesson, run: Run
) -> None:
    encode(city, lesson, OLD)
    encode(city, lesson, replace(WORKING, reason="re-encode", lesson={}))
    assert run("drop", "--originals").output == "Freed 0 B\n"


def test_a_newer_file_that_is_not_encoded_yet_is_kept_and_the_replaced_one_not(
    city: City, lesson: Lesson, run: Run
) -> None:
    encode(city, lesson, OLD)
    with city.database.transaction() as session:
        add_upload(session, lesson.id)
    run("drop", "--originals")
    assert [bool(each.dropped_at) for each in uploads(city)] == [True, False]


def test_a_dropped_rung_leaves_the_playlists_and_its_object_goes_later(
    city: City, teacher: Caller, lesson: Lesson, run: Run
) -> None:
    encoding = encode(city, lesson)
    kept = [name for name in names(city, encoding) if name != "720p"]

    assert run("drop", "--rung", "720p", "--dry-run").output.endswith("19.1 MB\n")
    assert "720p" in names(city, encoding)
    assert run("drop", "--rung", "720p").exit_code == 0

    assert names(city, encoding) == kept
    assert discarded(city) == [(f"media/{lesson.id}/made/720p.mp4", True)]
    shown = teacher.get(f"/lessons/{lesson.id}").get_json()
    assert [each["name"] for each in shown["media"]["renditions"]] == kept
    playlist = teacher.get(f"/lessons/{lesson.id}/playback/web.m3u8").text
    assert "renditions/480p.m3u8" in playlist
    assert "720p" not in playlist


def test_objects_outlive_the_urls_of_those_who_watch(
    city: City, lesson: Lesson
) -> None:
    encode(city, lesson)
    assert city.database
    assert timedelta(hours=7) <= STILL_WATCHED


@pytest.mark.parametrize(
    ("rung", "code"), [("audio", "no_such_rung"), ("999p", "no_such_rung")]
)
def test_only_pictures_can_be_dropped(
    city: City, lesson: Lesson, run: Run, *, rung: str, code: str
) -> None:
    encode(city, lesson)
    said = run("drop", "--rung", rung, "--lesson", lesson.id)
    assert code in said.stderr
    assert discarded(city) == []


def test_the_last_version_of_a_device_class_stays(
    city: City, lesson: Lesson, run: Run
) -> None:
    encoding = encode(city, lesson)
    run("drop", "--rung", "tv-1080p")
    said = run("drop", "--rung", "tv-720p")
    assert "rung_needed: The version tv-720p is the only one that tv" in said.stderr
    assert "tv-720p" in names(city, encoding)


def test_dropped_rungs_come_back_by_encoding_the_original_again(
    city: City, lesson: Lesson, run: Run
) -> None:
    encode(city, lesson)
    assert "0 lessons" in run("rebuild").output
    run("drop", "--rung", "720p")

    said = run("rebuild")

    assert "Begun for 1 of 1 lessons" in said.output
    assert [each.reason for each in all_encodings(city)] == ["upload", "re-encode"]


def test_without_an_original_nothing_comes_back(
    city: City, lesson: Lesson, run: Run
) -> None:
    encode(city, lesson)
    run("drop", "--rung", "720p", "--originals")
    for command in ("rebuild", "re-encode"):
        said = run(command, "--lesson", lesson.id)
        assert said.exit_code == 1
        assert "original_dropped" in said.stderr


def test_the_policy_drops_what_the_settings_do_not_keep(
    city: City, lesson: Lesson, tools: Tools
) -> None:
    encoding = encode(city, lesson, OLD)
    policy = Retention(originals=timedelta(days=90), rungs={"720p": timedelta(days=99)})
    freed = list(dropping.follow(tools.database, policy, lambda *_: None))
    assert [each.name for each in freed] == ["课.mp4", "720p"]
    assert "720p" not in names(city, encoding)


def test_by_default_everything_is_kept(
    city: City, lesson: Lesson, tools: Tools
) -> None:
    encode(city, lesson, OLD)
    assert tools.settings.keep_originals_days is None
    tasks.retain(timestamp=0)
    assert discarded(city) == []


def test_a_dry_run_says_what_encoding_anew_would_cost(
    city: City, teacher: Caller, lesson: Lesson, run: Run
) -> None:
    encode(city, lesson)
    encode(city, city.lesson(teacher.person, listed=False), FAILED)

    said = run("re-encode", "--all", "--dry-run").output.splitlines()

    assert len(said) == 2
    assert "140.2 MB → " in said[0]
    assert "CPU minutes" in said[0]
    assert "5 rungs" in said[0]
    assert said[1].startswith("1 lessons:")
    assert len(all_encodings(city)) == 2


def test_all_ready_lessons_are_encoded_anew(
    city: City, lesson: Lesson, run: Run
) -> None:
    encode(city, lesson)
    assert "Begun for 1 of 1 lessons" in run("re-encode", "--all").output
    assert run("re-encode").exit_code == 2
    refused = run("re-encode", "--lesson", lesson.id)
    assert "in_work" in refused.stderr


def test_encodings_are_listed_shown_tried_again_and_stopped(
    city: City, lesson: Lesson, run: Run
) -> None:
    assert run("list").output == "No encodings.\n"
    failed = encode(city, lesson, FAILED)
    assert f"{failed}  failed" in run("list", "--state", "failed").output
    assert '"code": "encoder_failed"' in run("show", failed).output

    assert run("retry", failed).output.startswith("Begun: ")
    begun = all_encodings(city)[-1].id
    assert run("cancel", begun).output == "Stopped.\n"
    assert all_encodings(city)[-1].code == "cancelled"
    assert run("cancel", begun).exit_code == 1


def test_a_real_lesson_loses_a_rung_gets_it_back_and_gives_up_its_original(
    city: City,
    teacher: Caller,
    lesson: Lesson,
    tools: Tools,
    tmp_path: Path,
    run: Run,
) -> None:
    send(teacher, lesson, draw(tmp_path, Drawing(size="640x480")).read_bytes())
    run_jobs(tools)
    (first,) = all_encodings(city)
    made = names(city, first.id)
    assert "360p" in made
    assert first.extra_bytes > 0
    assert (first.recipe or {})["kind"] in {"slides", "camera", "unknown"}

    run("drop", "--rung", "360p")
    assert "Begun for 1 of 1 lessons" in run("rebuild").output
    run_jobs(tools)

    second = all_encodings(city)[-1]
    assert (second.state, second.reason) == ("current", "re-encode")
    assert names(city, second.id) == made
    assert list(tools.store.keys(f"sources/{lesson.id}/"))
    run("drop", "--originals")
    run_jobs(tools)
    assert list(tools.store.keys(f"sources/{lesson.id}/")) == []
    assert city.reread(lesson.id).playable
