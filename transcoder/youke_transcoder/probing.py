"""Look at a stranger's file from a safe distance: the parent's side of the probe."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from youke_transcoder.errors import (
    FailureCode,
    Rejected,
    RejectionCode,
    TranscodeFailed,
)
from youke_transcoder.limits import DEFAULT_LIMITS, Limits
from youke_transcoder.model import Probe
from youke_transcoder.process import Budget, Ended, run

#: Signals by which a hostile file ends the probe: its budget, or a decoder's crash.
#: SIGKILL is not among them: that is a person or a machine without memory.
FATAL = frozenset(
    -each
    for each in (
        signal.SIGXCPU,
        signal.SIGSEGV,
        signal.SIGABRT,
        signal.SIGBUS,
        signal.SIGFPE,
        signal.SIGILL,
    )
)


def probe(path: str | Path, limits: Limits = DEFAULT_LIMITS) -> Probe:
    """Measure a file in a limited child process.

    Raises `Rejected` when the file cannot become a lesson and `TranscodeFailed` when
    the probe itself did not work.
    """
    lines: list[str] = []

    def keep(line: str) -> bool:
        lines.append(line)
        return True

    with tempfile.TemporaryDirectory(prefix="youke-probe-") as directory:
        ended = run(
            _command(Path(path), limits),
            _budget(limits),
            directory=Path(directory),
            reads=(Path(path).resolve(),),
            on_line=keep,
            should_stop=lambda: False,
        )
    return _answer(ended, lines)


def _command(path: Path, limits: Limits) -> list[str]:
    # -P: the working directory is no place to import from.
    module = ["-P", "-m", "youke_transcoder.probe_child"]
    return [sys.executable, *module, str(path.resolve()), json.dumps(asdict(limits))]


def _budget(limits: Limits) -> Budget:
    return Budget(
        memory=limits.probe_memory,
        cpu_s=limits.probe_cpu_s,
        file_size=0,
        open_files=limits.open_files,
        stall_s=limits.probe_timeout_s,
    )


def _answer(ended: Ended, lines: list[str]) -> Probe:
    """Turn the child's end into a probe or an error."""
    if ended.stalled:
        raise TranscodeFailed(FailureCode.PROBE_TIMEOUT, ended.words)
    if ended.returncode in FATAL:
        raise Rejected(RejectionCode.UNREADABLE, f"probe ended by {-ended.returncode}")
    if ended.returncode or not lines:
        raise TranscodeFailed(FailureCode.PROBE_FAILED, ended.words)
    answer = json.loads(lines[-1])
    if "rejected" in answer:
        raise Rejected(RejectionCode(answer["rejected"]), answer["detail"])
    return Probe.from_dict(answer["probe"])
