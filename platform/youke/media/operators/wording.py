"""What each code of an encoding means, in a sentence for those who look after many."""

from youke.media.operations import CANCELLED
from youke.media.operators.standing import Standing


def N_(sentence: str) -> str:  # noqa: N802  the marker that Babel's extraction knows
    """Mark a sentence for translation where it is shown."""
    return sentence


SENTENCES = {
    "empty_file": N_("The file is empty."),
    "too_large": N_("The file is larger than what is accepted."),
    "unsupported_format": N_("This is not a video that we can read."),
    "unreadable": N_("The file cannot be read."),
    "truncated": N_("The end of the file is missing."),
    "too_many_streams": N_("The file has more tracks than what is accepted."),
    "no_video": N_("There is sound in the file, but no picture."),
    "unsupported_codec": N_("The video is stored in a way that we cannot decode."),
    "too_small": N_("The picture is too small to be read."),
    "too_large_pixels": N_("The picture has more pixels than what is accepted."),
    "too_short": N_("The video is too short for a lesson."),
    "too_long": N_("The video is longer than what is accepted."),
    "too_expensive": N_("The video would take too long to decode."),
    "probe_failed": N_("The program that looks into files broke off."),
    "probe_timeout": N_("Looking into the file took too long."),
    "encoder_failed": N_("The encoder broke off, also when it was tried again."),
    "encoder_timeout": N_("The encoder did not move any more and was stopped."),
    "encoder_budget": N_("The encoder used more time or memory than it may."),
    "bad_source": N_("The file breaks off or contradicts itself in the middle."),
    "bad_output": N_("The finished versions did not pass the checks."),
    "bad_seek": N_("The file could not be cut into parts, or joined again."),
    "output_too_large": N_("The versions became larger than what is accepted."),
    "disk_full": N_("The worker's disk is full."),
    "no_sandbox": N_("The worker's machine cannot lock the encoder in."),
    "source_damaged": N_("The uploaded file is gone or is not what it was."),
    "internal": N_("Something broke on our side; the log says what."),
    CANCELLED: N_("An administrator has stopped it."),
}
OTHERWISE = N_("Something broke that has no name yet; the log says what.")

STANDINGS = {
    Standing.WAITING: N_("Waiting"),
    Standing.WORKING: N_("Working"),
    Standing.DONE: N_("Ready"),
    Standing.FAILED: N_("Failed"),
    Standing.REJECTED: N_("Rejected"),
    Standing.CANCELLED: N_("Stopped"),
    Standing.REPLACED: N_("Replaced"),
}


def sentence_of(code: str | None) -> str | None:
    """Return what a code means, as a translation key."""
    return SENTENCES.get(code, OTHERWISE) if code else None
