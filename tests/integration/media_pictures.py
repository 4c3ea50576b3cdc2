"""Honest films whose pictures are awkward, and what the probe has to say of each."""

from fractions import Fraction

from media_rows import COPY, FILM, YUV, copied, film, from_source, ready
from transcoder_media import AAC, X264

X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params")
HDR = "log-level=none:colorprim=bt2020:transfer={}:colormatrix=bt2020nc"
TEN_BITS = ("-pix_fmt", "yuv420p10le", *AAC)
SPARSE = "select='if(lt(t,0.6),not(mod(n,6)),1)'"
VP8 = ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus")
VP9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8")
AV1 = ("-c:v", "libsvtav1", "-preset", "12")
FIELDS = ("-vf", "interlace", "-flags", "+ilme+ildct")
DV = ("-c:v", "dvvideo", "-c:a", "pcm_s16le", "-ac", "2")
RED = "color=0xC83214:s=160x90:r=25:d=1.2,format=gbrp"

SHAPES = (
    ready(
        "M29 phone on its side",
        copied(film(), *COPY, name="turned.mp4", before=("-display_rotation", "90")),
        width=90,
        height=160,
    ),
    ready(
        "phone upside down",
        copied(film(), *COPY, name="turned.mp4", before=("-display_rotation", "180")),
        width=160,
        height=90,
    ),
    ready(
        "mirrored",
        copied(film(), *COPY, name="mirror.mp4", before=("-display_hflip",)),
        width=160,
        height=90,
    ),
    ready("portrait", film(size="90x160"), width=90, height=160),
    ready(
        "M30 odd size, full chroma",
        film("-vf", "scale=161:91,setsar=1,format=yuv444p", *X264, *AAC),
        width=161,
        height=91,
        pix_fmt="yuv444p",
    ),
    ready("anamorphic", film("-vf", "setsar=64/45", *FILM), width=228, height=90),
    ready("display aspect of 3:1", film("-aspect", "3", *FILM), width=270, height=90),
    ready("pixels 100 times as high as wide", film("-vf", "setsar=1/100", *FILM)),
    ready("very wide", film(size="1280x64"), width=1280, height=64),
)

COLOURS = (
    ready(
        "M32 HDR10",
        film(*X265, HDR.format("smpte2084"), *TEN_BITS),
        hdr=True,
        bit_depth=10,
    ),
    ready(
        "M32 HLG",
        film(*X265, HDR.format("arib-std-b67"), *TEN_BITS),
        hdr=True,
        bit_depth=10,
    ),
    ready(
        "10 bits, 4:2:2",
        film("-pix_fmt", "yuv422p10le", *X264, *AAC),
        pix_fmt="yuv422p10le",
        hdr=False,
    ),
    ready(
        "full range", film("-pix_fmt", "yuvj420p", "-color_range", "pc", *X264, *AAC)
    ),
    ready("RGB", from_source(RED, "-c:v", "libx264rgb", name="red.mkv"), rgb=True),
    ready("grey", film("-pix_fmt", "gray", *X264, *AAC)),
    ready("lossless H.264", film(*YUV, *X264, "-qp", "0", *AAC)),
    ready(
        "M37 ProRes",
        film("-c:v", "prores_ks", "-c:a", "pcm_s16le", name="a.mov"),
        pix_fmt="yuv422p10le",
    ),
    ready(
        "ProRes with alpha",
        film(
            "-c:v",
            "prores_ks",
            "-profile:v",
            "4",
            "-pix_fmt",
            "yuva444p10le",
            "-c:a",
            "pcm_s24le",
            name="a.mov",
        ),
    ),
    ready(
        "VP9 with alpha",
        film(*VP9, "-pix_fmt", "yuva420p", "-c:a", "libopus", name="a.webm"),
    ),
)

CODECS = (
    ready("HEVC", film(*X265, "log-level=none", *YUV, *AAC), video_codec="hevc"),
    ready("VP8", film(*VP8, name="a.webm"), video_codec="vp8", audio_codec="opus"),
    ready("AV1", film(*AV1, *YUV, "-c:a", "libopus", name="a.mkv")),
    ready(
        "MPEG-4 in AVI",
        film("-c:v", "mpeg4", "-c:a", "libmp3lame", name="a.avi"),
        video_codec="mpeg4",
    ),
    ready(
        "motion JPEG in AVI",
        film("-c:v", "mjpeg", "-pix_fmt", "yuvj422p", "-c:a", "pcm_u8", name="a.avi"),
        video_codec="mjpeg",
    ),
    ready(
        "MPEG-1",
        film("-c:v", "mpeg1video", "-c:a", "mp2", name="a.mpg"),
        video_codec="mpeg1video",
    ),
    ready("H.264 in Flash Video", film(name="a.flv"), video_codec="h264"),
    ready(
        "WMV",
        film("-c:v", "wmv2", "-c:a", "wmav2", name="a.wmv"),
        video_codec="wmv2",
        audio_codec="wmav2",
    ),
    ready(
        "M37 interlaced MPEG-2",
        film(*FIELDS, "-c:v", "mpeg2video", "-c:a", "mp2", name="a.mpg", rate="50"),
        interlaced=True,
        frame_rate=Fraction(25),
    ),
    ready(
        "interlaced H.264",
        film(*FIELDS, *FILM, rate="50", size="160x96"),
        interlaced=True,
        frame_rate=Fraction(25),
    ),
    ready(
        "PAL DV in AVI",
        film(*DV, "-pix_fmt", "yuv420p", name="a.avi", size="720x576"),
        video_codec="dvvideo",
        interlaced=True,
        height=576,
    ),
    ready(
        "NTSC DV in QuickTime",
        film(
            *DV, "-pix_fmt", "yuv411p", name="a.mov", size="720x480", rate="30000/1001"
        ),
        video_codec="dvvideo",
        frame_rate=Fraction(30000, 1001),
    ),
)

RATES = (
    ready(
        "M23 a thousand frames a second",
        film(*FILM, rate="1000"),
        frame_rate=Fraction(1000),
    ),
    ready(
        "M28 varying rate",
        film("-vf", SPARSE, "-fps_mode", "vfr", *FILM),
        variable_fps=True,
    ),
    ready(
        "screen recording at 5 frames a second",
        film(*FILM, rate="5", seconds=2, sound=2),
        frame_rate=Fraction(5),
    ),
    ready(
        "one frame a second",
        film(*FILM, rate="1", seconds=3, sound=3),
        frame_rate=Fraction(1),
    ),
    ready("one frame in four seconds", film(*FILM, rate="1/4", seconds=8, sound=8)),
    ready("29.97", film(*FILM, rate="30000/1001"), frame_rate=Fraction(30000, 1001)),
    ready("23.976", film(*FILM, rate="24000/1001"), frame_rate=Fraction(24000, 1001)),
    ready("an odd rate", film(*FILM, rate="17.3")),
)
