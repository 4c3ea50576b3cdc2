"""Logs are one JSON object a line."""

import json
import logging
import sys

from youke.kernel.logs import JsonFormatter


def record(message: str, *arguments: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord(
        "youke.test", logging.INFO, "f", 1, message, arguments, None
    )
    vars(made).update(extra)
    return made


def test_a_line_is_json_with_the_extra_fields() -> None:
    text = JsonFormatter().format(record("课 %s", "一\n二", action="greeted", upload=7))

    line = json.loads(text)
    assert "\n" not in text
    assert line["message"] == "课 一\n二"
    assert (line["level"], line["action"], line["upload"]) == ("info", "greeted", 7)


def test_an_exception_stays_on_the_line() -> None:
    made = record("failed")
    try:
        int("broken")
    except ValueError:
        made.exc_info = sys.exc_info()

    text = JsonFormatter().format(made)

    assert "\n" not in text
    assert "ValueError: invalid literal" in json.loads(text)["exception"]
