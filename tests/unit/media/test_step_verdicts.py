"""What becomes of a step that did not end well."""

import errno

import pytest
from sqlalchemy.exc import OperationalError

from youke.jobs import MOST_TRIES
from youke.media.errors import (
    DiskFullError,
    EncodingLostError,
    EngineUnavailableError,
    SourceDamagedError,
)
from youke.media.running import Ending, Verdict, final, verdict
from youke.storage import StorageUnavailableError
from youke_transcoder import Cancelled, FailureCode, Rejected, RejectionCode
from youke_transcoder import TranscodeFailed as Failed

TRUNCATED = Rejected(RejectionCode.TRUNCATED)


@pytest.mark.parametrize(
    ("error", "ending", "code"),
    [
        (TRUNCATED, Ending.REJECT, "truncated"),
        (SourceDamagedError(), Ending.FAIL, "source_damaged"),
        (Failed(FailureCode.BAD_SOURCE), Ending.FAIL, "bad_source"),
        (Failed(FailureCode.BAD_SEEK), Ending.FAIL, "bad_seek"),
        (Failed(FailureCode.ENCODER_FAILED), Ending.TRY_AGAIN, "encoder_failed"),
        (Failed(FailureCode.ENCODER_TIMEOUT), Ending.TRY_AGAIN, "encoder_timeout"),
        (ValueError(), Ending.TRY_AGAIN, "internal"),
        (Failed(FailureCode.DISK_FULL), Ending.WAIT, "internal"),
        (Failed(FailureCode.NO_SANDBOX), Ending.WAIT, "internal"),
        (OSError(errno.ENOSPC, "full"), Ending.WAIT, "internal"),
        (OSError(errno.EACCES, "no"), Ending.TRY_AGAIN, "internal"),
        (DiskFullError(), Ending.WAIT, "internal"),
        (EngineUnavailableError(reason="x"), Ending.WAIT, "internal"),
        (StorageUnavailableError(reason="x"), Ending.WAIT, "internal"),
        (OperationalError("", {}, Exception()), Ending.WAIT, "internal"),
        (Cancelled(), Ending.HAND_ON, "internal"),
        (EncodingLostError(), Ending.LEAVE, "internal"),
    ],
    ids=repr,
)
def test_an_error_means_an_end(error: Exception, ending: Ending, code: str) -> None:
    assert verdict(error) == Verdict(ending, code)


def test_the_third_try_by_own_fault_is_the_last() -> None:
    again = Verdict(Ending.TRY_AGAIN, "encoder_failed")
    endings = [final(again, tries).ending for tries in range(1, MOST_TRIES + 1)]
    assert endings == [Ending.TRY_AGAIN, Ending.TRY_AGAIN, Ending.FAIL]
    assert final(again, MOST_TRIES).code == "encoder_failed"


def test_waiting_costs_no_try() -> None:
    assert final(Verdict(Ending.WAIT), 100).ending is Ending.WAIT
