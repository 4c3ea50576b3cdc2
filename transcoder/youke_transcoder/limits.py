"""What we are ready to spend on one file, and which formats and codecs we open."""

from __future__ import annotations

from dataclasses import dataclass

#: Demuxers, by libavformat's short names. No playlist, concat, image or text format is
#: among them: those open other files or addresses.
FORMATS = ("mov", "matroska", "avi", "mpegts", "mpeg", "flv", "asf", "ogg")

#: Video decoders of ordinary cameras, phones, screen recorders and editors. PowerPoint
#: 2010 and Windows Movie Maker wrote WMV, MiniDV cameras DV. Not among them, though
#: libavcodec has them: GIF and qtrle (pictures and titles, not lessons), flv1, theora
#: and H.263 (nothing has written them for fifteen years), lossless intermediates
#: (ffv1, magicyuv, huffyuv, raw: an hour is larger than an upload may be).
VIDEO_CODECS = (
    "h264",
    "hevc",
    "vp8",
    "vp9",
    "libdav1d",
    "av1",
    "mpeg4",
    "mpeg2video",
    "mpeg1video",
    "mjpeg",
    "prores",
    "dvvideo",
    "wmv1",
    "wmv2",
    "wmv3",
    "vc1",
)

#: Audio decoders of the same.
AUDIO_CODECS = (
    "aac",
    "mp3",
    "mp3float",
    "mp2",
    "mp2float",
    "opus",
    "vorbis",
    "flac",
    "ac3",
    "eac3",
    "alac",
    "pcm_s16le",
    "pcm_s16be",
    "pcm_s24le",
    "pcm_s24be",
    "pcm_s32le",
    "pcm_f32le",
    "pcm_u8",
    "pcm_alaw",
    "pcm_mulaw",
    "wmav1",
    "wmav2",
)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Budgets for one source file; each field says its unit."""

    #: Bytes of the source file.
    max_bytes: int = 4 * 1024**3
    #: Seconds.
    min_duration_s: float = 1.0
    max_duration_s: float = 4 * 3600.0
    #: Pixels of one frame: 8192 x 4320.
    max_pixels: int = 8192 * 4320
    #: Pixels of the shorter side.
    min_side: int = 64
    #: Streams in the container.
    max_streams: int = 16
    #: Decoded pixels of the whole video: four hours of 1080p at 60 frames a second.
    max_decoded_pixels: float = 1.8e12
    #: Frames per second of the output.
    max_fps: int = 60
    #: Share of the declared duration, and seconds, that may be missing at the end.
    missing_share: float = 0.02
    missing_s: float = 1.0

    #: Bytes of address space of the process that probes.
    probe_memory: int = 2 * 1024**3
    #: CPU seconds and seconds on the clock of the process that probes.
    probe_cpu_s: int = 120
    probe_timeout_s: float = 300.0
    #: Bytes of address space of an encoder. With all rungs in one process on two
    #: cores, a 4K source takes 1.8 GB of it (0.9 GB resident), an 8K one 2.7 GB (1.8 GB
    #: resident), both 10-bit HDR; more cores take more.
    encode_memory: int = 6 * 1024**3
    #: Threads of one rung's encoder at most: each takes address space and, beyond
    #: this many, hardly any time off.
    encode_threads: int = 8
    #: CPU seconds of an encoder: a base, and so many per second of 1080p30 source.
    encode_cpu_base_s: int = 300
    encode_cpu_per_s: int = 60
    #: Seconds without any advance after which an encoder counts as hanging.
    encode_stall_s: float = 120.0
    #: Open files of a child process.
    open_files: int = 128

    def missing_allowed(self, declared_s: float) -> float:
        """Seconds that may be missing from a file that declares this duration."""
        return max(self.missing_s, self.missing_share * declared_s)


DEFAULT_LIMITS = Limits()
