"""Doing a step: claim it, do it, and settle however it ends."""

import errno
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from youke.jobs import (
    INFRASTRUCTURE,
    MOST_TRIES,
    RunAgainError,
    is_stopping,
    pause_s,
    tools,
    worker_name,
)
from youke.media import claims, encodings, workplace
from youke.media.claims import PULSE_S, Claim
from youke.media.errors import (
    DiskFullError,
    EncodingLostError,
    EngineUnavailableError,
    SourceDamagedError,
    StillWorkedOnError,
)
from youke.media.work import Work
from youke.storage import StorageUnavailableError
from youke_transcoder.errors import Cancelled, FailureCode, Rejected, TranscodeFailed

logger = logging.getLogger(__name__)

Act = Callable[[Work], None]

#: Another worker holds the step; if it is dead, that shows by then.
HELD_PAUSE_S = 5
#: What may end otherwise at another time or on another machine.
WORTH_ANOTHER_TRY = frozenset(
    {
        FailureCode.ENCODER_FAILED,
        FailureCode.ENCODER_TIMEOUT,
        FailureCode.PROBE_FAILED,
        FailureCode.PROBE_TIMEOUT,
    }
)
#: A worker that cannot write that it gives a step back tries for so many seconds.
PATIENCE_S = 60.0


class Ending(StrEnum):
    """What becomes of a step that did not end well."""

    #: The file's fault: the lesson is rejected.
    REJECT = "reject"
    #: Another try would end the same: the lesson has failed.
    FAIL = "fail"
    #: Another try, which costs one of the step's three.
    TRY_AGAIN = "try_again"
    #: A part is absent or the machine cannot: another try that costs none.
    WAIT = "wait"
    #: The worker stops: somebody else goes on at once.
    HAND_ON = "hand_on"
    #: The step is not ours any more.
    LEAVE = "leave"


@dataclass(frozen=True)
class Verdict:
    """What becomes of a step, and the lesson's code if that ends it."""

    ending: Ending
    code: str = "internal"


def verdict(error: BaseException) -> Verdict:
    """Decide what an error means for the step that it ended. Pure."""
    if isinstance(error, Rejected):
        return Verdict(Ending.REJECT, error.code.value)
    if isinstance(error, SourceDamagedError):
        return Verdict(Ending.FAIL, error.code)
    if isinstance(error, TranscodeFailed):
        return _engine_verdict(error.code)
    return Verdict(_ending(error))


def _ending(error: BaseException) -> Ending:
    if isinstance(error, EncodingLostError):
        return Ending.LEAVE
    if isinstance(error, Cancelled):
        return Ending.HAND_ON
    if isinstance(error, INFRASTRUCTURE) or _is_disk_full(error):
        return Ending.WAIT
    return Ending.TRY_AGAIN


def _engine_verdict(code: FailureCode) -> Verdict:
    if code in {FailureCode.DISK_FULL, FailureCode.NO_SANDBOX}:
        return Verdict(Ending.WAIT)
    again = code in WORTH_ANOTHER_TRY
    return Verdict(Ending.TRY_AGAIN if again else Ending.FAIL, code.value)


def _is_disk_full(error: BaseException) -> bool:
    full = {errno.ENOSPC, errno.EDQUOT}
    return isinstance(error, OSError) and error.errno in full


def final(found: Verdict, tries: int) -> Verdict:
    """Let the last try be the last. Pure."""
    is_over = found.ending is Ending.TRY_AGAIN and tries >= MOST_TRIES
    return Verdict(Ending.FAIL, found.code) if is_over else found


def run(step_id: UUID, act: Act) -> None:
    """Do a step unless it is done, lost or somebody else's."""
    try:
        with tools().database.transaction() as session:
            claim = claims.take(session, step_id, worker=worker_name())
    except StillWorkedOnError:
        raise RunAgainError(seconds=HELD_PAUSE_S) from None
    except EncodingLostError:
        return
    if claim is None:
        return
    try:
        _do(claim, act)
    finally:
        _tidy()


def _do(claim: Claim, act: Act) -> None:
    with _pulse(claim) as lost:
        work = Work(claim, is_lost=lost.is_set)
        try:
            _try(work, act)
        except BaseException as error:  # noqa: BLE001  whatever it is ends the claim
            is_lost = lost.is_set() and isinstance(error, Cancelled)
            _settle(work, EncodingLostError() if is_lost else error)


def _try(work: Work, act: Act) -> None:
    if work.claim.tries > MOST_TRIES:
        # Those before us gave no reason: the step took them down with it.
        raise TranscodeFailed(FailureCode.ENCODER_FAILED, "it killed its workers")
    workplace.require_room()
    with workplace.folder_for(work.claim) as folder:
        work.folder = folder
        act(work)


def _settle(work: Work, error: BaseException) -> None:
    """Write what becomes of the step, and tell the queue by an exception."""
    found = final(verdict(error), work.claim.tries)
    about = {"action": f"step_{found.ending}", "code": found.code}
    logger.warning("%s: %r", work.name, error, extra=about, exc_info=_trace(error))
    work.remove_unregistered()
    with suppress(EncodingLostError):
        _write_down(work.claim, found)
        _tell_queue(work.claim, found, error)


def _trace(error: BaseException) -> BaseException | None:
    expected = (Cancelled, Rejected, EncodingLostError, *INFRASTRUCTURE)
    return None if isinstance(error, expected) else error


def _write_down(claim: Claim, found: Verdict) -> None:
    if found.ending is Ending.LEAVE:
        raise EncodingLostError
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            _write(claim, found)
        except INFRASTRUCTURE:
            # The database may be what is absent, and without this it would look as
            # if the step had killed us.
            if time.monotonic() > deadline or is_stopping():
                raise
            time.sleep(1)
        else:
            return


def _write(claim: Claim, found: Verdict) -> None:
    with tools().database.transaction() as session:
        if found.ending is Ending.REJECT:
            encodings.reject(session, claim, found.code)
        elif found.ending is Ending.FAIL:
            encodings.fail(session, claim, found.code)
        else:
            own_fault = found.ending is Ending.TRY_AGAIN
            claims.give_back(session, claim, own_fault=own_fault)


def _tell_queue(claim: Claim, found: Verdict, error: BaseException) -> None:
    if found.ending is Ending.HAND_ON:
        raise RunAgainError from error
    if found.ending is Ending.TRY_AGAIN:
        raise RunAgainError(seconds=pause_s(claim.tries)) from error
    if found.ending is Ending.WAIT:
        raise _as_infrastructure(error)


def _as_infrastructure(error: BaseException) -> BaseException:
    """Say it so that the queue waits patiently."""
    if isinstance(error, INFRASTRUCTURE):
        return error
    if isinstance(error, TranscodeFailed) and error.code is FailureCode.NO_SANDBOX:
        return EngineUnavailableError(reason=str(error))
    return DiskFullError()


@contextmanager
def _pulse(claim: Claim) -> Iterator[threading.Event]:
    """Say that we live as long as we do; the event says that the step is lost."""
    lost, ended = threading.Event(), threading.Event()

    def beat() -> None:
        while not ended.wait(PULSE_S):
            try:
                with tools().database.transaction() as session:
                    claims.pulse(session, claim)
            except EncodingLostError:
                lost.set()
                return
            except INFRASTRUCTURE:
                logger.info("No pulse: the database does not answer")

    thread = threading.Thread(target=beat, daemon=True, name=f"pulse {claim.id}")
    thread.start()
    try:
        yield lost
    finally:
        ended.set()
        thread.join()


def _tidy() -> None:
    """Tidy the disk; what keeps us from it shall not fail a step that is done."""
    with suppress(StorageUnavailableError, OSError, *INFRASTRUCTURE):
        workplace.tidy()
