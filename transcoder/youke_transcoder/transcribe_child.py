"""Understand speech: `-m youke_transcoder.transcribe_child MODEL WAV LANGUAGE`.

Prints a line of JSON for each thing that is said, as soon as it is understood.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from youke_transcoder.transcribing import FasterWhisper


def main(model: str, wav: str, language: str) -> None:
    """Print what is said."""
    for heard in FasterWhisper(Path(model)).transcribe(Path(wav), language):
        sys.stdout.write(json.dumps(asdict(heard)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
