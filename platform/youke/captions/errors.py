"""What can be wrong with captions; the line is counted from 1."""

from youke.kernel.errors import InvalidError, NotFoundError, TooLargeError, YoukeError


class CaptionsNotFoundError(NotFoundError):
    """This lesson has no captions in that language."""

    code = "captions_not_found"


class CaptionsLanguageError(InvalidError):
    """There are no captions in that language; please choose one of the list."""

    code = "captions_unknown_language"


class CaptionsEmptyError(InvalidError):
    """The caption file is empty."""

    code = "captions_empty"


class CaptionsTooLargeError(TooLargeError):
    """A caption file has at most {most} bytes."""

    code = "captions_too_large"


class CaptionsNotTextError(InvalidError):
    """This is not a text file; captions come as .vtt or .srt."""

    code = "captions_not_text"


class NoCuesError(InvalidError):
    """There is nothing with times in this file; captions come as .vtt or .srt."""

    code = "captions_no_cues"


class CaptionsTimeError(InvalidError):
    """The times in line {line} of the caption file are wrong."""

    code = "captions_bad_time"


class TooManyCuesError(InvalidError):
    """From line {line} on there are too many captions for one lesson."""

    code = "captions_too_many"


class CueTooLongError(InvalidError):
    """The caption at line {line} is too long to be read."""

    code = "captions_cue_too_long"


class CaptionsBeyondTheEndError(InvalidError):
    """All captions in this file come after the end of the lesson."""

    code = "captions_beyond_the_end"


#: By the engine's codes.
REJECTIONS: dict[str, type[YoukeError]] = {
    kind.code: kind
    for kind in (
        CaptionsEmptyError,
        CaptionsTooLargeError,
        CaptionsNotTextError,
        NoCuesError,
        CaptionsTimeError,
        TooManyCuesError,
        CueTooLongError,
        CaptionsBeyondTheEndError,
    )
}
