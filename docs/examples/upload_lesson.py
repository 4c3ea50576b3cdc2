"""Upload a lesson with nothing but HTTP and wait until it can be watched.

    python upload_lesson.py http://localhost:8000 teacher PASSWORD lesson.mp4 \
        --title 有理数的乘法 --grade 7 --subject math

Only the standard library is used, so that it can be read as a description of the API.
"""

import argparse
import json
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

#: A part that starts again answers 503 for a moment; all calls here may be repeated.
UNAVAILABLE, PATIENCE_S = 503, 60
ENDED = {"ready", "rejected", "failed"}


class Api:
    """The API as one teacher sees it."""

    def __init__(self, base: str, username: str, password: str) -> None:
        self.base, self.token = base.rstrip("/") + "/api/v1/", ""
        credentials = {"username": username, "password": password}
        self.token = self.call("POST", "auth/token", credentials)["token"]

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Send JSON, return JSON; a problem document ends the program.

        The key makes a creating request that is sent twice create once.
        """
        request = urllib.request.Request(self.base + path, method=method)  # noqa: S310
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("Idempotency-Key", str(uuid.uuid4()))
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            request.add_header("Content-Type", "application/json")
        for _ in range(PATIENCE_S):
            try:
                with urllib.request.urlopen(request, data) as response:  # noqa: S310
                    return json.load(response)
            except urllib.error.HTTPError as error:
                if error.code != UNAVAILABLE:
                    sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")
            except urllib.error.URLError:
                pass  # the server is starting again
            time.sleep(1)
        sys.exit(f"{method} {path}: no answer in {PATIENCE_S} s")


def upload(api: Api, lesson: str, path: Path) -> None:
    """Send the file in parts straight to the object store."""
    wanted = {"filename": path.name, "size": path.stat().st_size}
    plan = api.call("POST", f"lessons/{lesson}/uploads", wanted)
    with path.open("rb") as file:
        for part in plan["parts"]:
            file.seek((part["number"] - 1) * plan["part_size"])
            content = file.read(plan["part_size"])
            put = urllib.request.Request(part["url"], content, method="PUT")  # noqa: S310
            urllib.request.urlopen(put).close()  # noqa: S310
    api.call("POST", f"uploads/{plan['id']}/complete")


def wait(api: Api, lesson: str) -> dict[str, Any]:
    """Show progress until the lesson is ready, rejected or failed."""
    while True:
        state: dict[str, Any] = api.call("GET", f"lessons/{lesson}")
        sys.stderr.write(f"\r{state['state']:12} {state['progress']:4.0%}")
        if state["state"] in ENDED:
            sys.stderr.write("\n")
            return state
        time.sleep(1)


def main() -> None:
    """Create, upload, publish, wait, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    for name in ("base", "username", "password"):
        parser.add_argument(name)
    parser.add_argument("file", type=Path)
    parser.add_argument("--title", default="A lesson")
    parser.add_argument("--grade", default="7")
    parser.add_argument("--subject", default="math")
    given = parser.parse_args()
    api = Api(given.base, given.username, given.password)
    about = {"title": given.title, "grade": given.grade, "subject": given.subject}
    lesson = api.call("POST", "lessons", about)["id"]
    upload(api, lesson, given.file)
    api.call("POST", f"lessons/{lesson}/publish")
    state = wait(api, lesson)
    keys = ("id", "state", "code", "media", "playback")
    print(json.dumps({key: state.get(key) for key in keys}, indent=2))
    sys.exit(state["state"] != "ready")


if __name__ == "__main__":
    main()
