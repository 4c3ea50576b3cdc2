"""What can keep the servers from starting, each as one sentence that helps."""

from youke.kernel.errors import YoukeError


class EmbeddedError(YoukeError):
    """The servers of this machine could not be started."""

    code = "embedded"


class AlreadyRunningError(EmbeddedError):
    """Process {process} runs on {folder} already; YOUKE_DATA_DIR chooses another."""

    code = "already_running"


class PortTakenError(EmbeddedError):
    """Port {port} ({what}) is taken; choose another, say with {setting}={example}."""

    code = "port_taken"


class DiskFullError(EmbeddedError):
    """Only {free_mb} MB are free in {folder} and {needed_mb} MB are needed."""

    code = "disk_full"


class NotWritableError(EmbeddedError):
    """{folder} cannot be used ({reason}); choose another with YOUKE_DATA_DIR."""

    code = "not_writable"


class NotInstalledError(EmbeddedError):
    """{what} is missing: run `pip install 'youke[embedded]'`, or set {setting}."""

    code = "not_installed"


class SystemUserError(EmbeddedError):
    """PostgreSQL needs a user that is not root ({reason}); start Youke as another."""

    code = "system_user"


class WrongVersionError(EmbeddedError):
    """{folder} is of PostgreSQL {found} and this is {ours}: dump it and restore it."""

    code = "wrong_version"


class StartError(EmbeddedError):
    """{name} did not start: {reason} (its log is {log})."""

    code = "start_failed"


class StopRequested(BaseException):
    """Somebody asked to stop while things were still starting."""
