"""Captions that a machine makes: offered, made, kept; never over a teacher's own."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from harness.city import Caller, City
from harness.encodings import told
from harness.work import run_jobs, send
from youke.captions import automatic
from youke.captions.service import of_lesson
from youke.jobs.worker import Tools
from youke.kernel.config import ConfigurationError, Settings
from youke.lessons.service import Lesson
from youke_transcoder.captions import Cue, parse

HEARD = (Cue(500, 1500, "今天学习光的折射"),)
SRT = b"1\n00:00:00,500 --> 00:00:01,500\nmine\n"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder that looks like a model and is none."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"no model")
    return folder


def keep(city: City, tools: Tools, lesson: Lesson, *cues: Cue) -> None:
    with city.database.transaction() as session:
        automatic.keep(session, tools.store, lesson.id, cues)


def kinds(city: City, lesson: Lesson) -> list[tuple[str, bool]]:
    with city.database.transaction() as session:
        found = of_lesson(session, lesson.id)
        return [(each.language, each.automatic) for each in found]


def test_what_was_understood_is_marked_as_a_machines(
    city: City, client: FlaskClient, teacher: Caller, tools: Tools
) -> None:
    lesson = city.lesson(teacher.person)

    keep(city, tools, lesson, *HEARD)

    assert kinds(city, lesson) == [("zh-Hans", True)]
    (key,) = tools.store.keys(f"media/{lesson.id}/captions/")
    assert parse(tools.store.read(key)) == HEARD
    assert told(teacher) == [("captions_made", f"/studio/lessons/{lesson.id}#captions")]
    page = client.get(f"/studio/lessons/{lesson.id}", headers=teacher.headers).text
    assert "自动生成" in page


def test_a_teachers_own_captions_stay(
    city: City, teacher: Caller, lesson: Lesson, tools: Tools
) -> None:
    path = f"/lessons/{lesson.id}/captions/zh-Hans"
    assert teacher.call("PUT", path, data=SRT).status_code == 200
    keep(city, tools, lesson, *HEARD)
    assert kinds(city, lesson) == [("zh-Hans", False)]


def test_a_teachers_captions_replace_a_machines(
    city: City, teacher: Caller, lesson: Lesson, tools: Tools
) -> None:
    keep(city, tools, lesson, *HEARD)
    path = f"/lessons/{lesson.id}/captions/zh-Hans"
    assert teacher.call("PUT", path, data=SRT).get_json()["automatic"] is False


def test_nothing_is_offered_without_a_model(
    city: City, client: FlaskClient, teacher: Caller
) -> None:
    lesson = city.lesson(teacher.person)
    address = f"/studio/lessons/{lesson.id}"
    assert "captions/automatic" not in client.get(address, headers=teacher.headers).text
    client.post(f"{address}/captions/automatic", headers=teacher.headers)
    page = client.get(address, headers=teacher.headers).text
    assert "这里不能自动生成字幕。" in page


def test_with_a_model_captions_are_made_once_and_an_end_is_told(
    city: City,
    client: FlaskClient,
    teacher: Caller,
    lesson: Lesson,
    tools: Tools,
    clip: bytes,
    model: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send(teacher, lesson, clip)
    run_jobs(tools)
    with_model = replace(tools.settings, whisper_model=model)
    # Whether faster-whisper is installed is not what this is about.
    monkeypatch.setattr(automatic, "is_offered", lambda _: True)
    address = f"/studio/lessons/{lesson.id}"
    action = f'action="{address}/captions/automatic"'
    assert action in client.get(address, headers=teacher.headers).text
    for _ in range(2):
        client.post(f"{address}/captions/automatic", headers=teacher.headers)
    page = client.get(address, headers=teacher.headers).text
    assert action not in page
    assert "正在根据讲话生成字幕" in page

    run_jobs(Tools(settings=with_model, database=tools.database, store=tools.store))

    assert told(teacher)[0] == ("captions_failed", f"{address}#captions")
    assert [kind for kind, _ in told(teacher)].count("captions_failed") == 1
    assert kinds(city, lesson) == []
    assert action in client.get(address, headers=teacher.headers).text
    assert list((tools.settings.data_dir / "transcribing").iterdir()) == []


def test_a_folder_without_a_model_is_a_mistake_in_the_settings(
    settings: Settings, tmp_path: Path, model: Path
) -> None:
    env = {
        "YOUKE_DATABASE_URL": settings.database_url,
        "YOUKE_S3_ENDPOINT": settings.s3_endpoint,
        "YOUKE_S3_ACCESS_KEY": "x",
        "YOUKE_S3_SECRET_KEY": "x",
        "YOUKE_DATA_DIR": str(tmp_path),
    }
    known = Settings.from_env(env | {"YOUKE_WHISPER_MODEL": str(model)})
    assert known.whisper_model == model
    with pytest.raises(ConfigurationError, match="YOUKE_WHISPER_MODEL"):
        Settings.from_env(env | {"YOUKE_WHISPER_MODEL": str(tmp_path)})
