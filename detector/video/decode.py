"""A clip's frames, from a process of its own (`child.py`), within `detector.limits`."""

import array
import contextlib
import dataclasses
import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

import numpy as np
from PIL import Image

from ..errors import ClipError
from ..faces.turns import turn_picture
from ..limits import (
    MAX_CLIP_CPU,
    MAX_CLIP_FRAMES,
    MAX_CLIP_MEMORY,
    MAX_CLIP_PIXELS,
    MAX_CLIP_SECONDS,
    MIN_SIDE,
)
from .child import GREY_SIZE

CHILD = Path(__file__).with_name("child.py")
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi"
CODECS = "h264,hevc,libdav1d,av1,vp9,vp8,mpeg4,aac,opus,vorbis"
# Of a message; a decoder that somebody has taken over does not fill our memory.
MAX_LINE, MAX_CONTENT = 2**21, 4 * MAX_CLIP_PIXELS
# With which a limit of time ends the child; Windows has neither.
TIME_SIGNALS = tuple(getattr(signal, name, None) for name in ("SIGXCPU", "SIGKILL"))
# What the child's environment keeps: where systems look for Python's own libraries.
KEPT = ("SYSTEMROOT", "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
SENTENCES = {
    "not_a_video": (
        "This file is no clip that can be read. Send an MP4, MOV, WebM, MKV or AVI file."
    ),
    "no_picture_track": "This file has no picture, only sound. Send a clip that shows a face.",
    "damaged": "This clip is damaged or incomplete. Send the original file.",
    "codec_not_supported": (
        "This clip is coded in a way that is not read here ({reason}). Save it as H.264, H.265, "
        "VP8, VP9 or AV1 and try again."
    ),
    "too_many_pixels": (
        "The frames of this clip are too large ({reason}); at most "
        f"{MAX_CLIP_PIXELS // 10**6} megapixels are accepted. Shrink it and try again."
    ),
    "too_small": (
        f"The frames of this clip are too small ({{reason}}); at least {MIN_SIDE}x{MIN_SIDE} px "
        "are needed. Send the original file."
    ),
    "too_long": (
        f"This clip is too long ({{reason}}); at most {MAX_CLIP_SECONDS // 60} minutes are "
        "accepted. Cut out the part that matters."
    ),
}


@dataclasses.dataclass(frozen=True, eq=False)
class Frame:
    """A frame that was asked for.

    Attributes:
        time: presentation time in seconds from the first frame.
        picture: `PIL.Image.Image`, RGB, upright.
        rotation: degrees, anticlockwise, by which it was turned to be upright.
        is_hdr: whether its colours are of a wider range and come out pale.
    """

    time: float
    picture: Image.Image
    rotation: int
    is_hdr: bool


@dataclasses.dataclass(frozen=True, eq=False)
class Grey:
    """A small grey copy of a frame: time, and (height, width) uint8."""

    time: float
    levels: np.ndarray


class Decoder:
    """Decodes one clip; a context, at whose end the process is gone.

    Args:
        path: of the clip.
        deadline: of `time.monotonic`, at which the process is killed.

    Attributes:
        facts: what `child.py` says of the clip.
        times: presentation times of all frames in seconds from the first, sorted.
        is_cut_short: whether the clip's process ended before all was sent: at the deadline, at the
            limit of its own time, or where it crashed.
    """

    def __init__(self, path: str | os.PathLike, *, deadline: float) -> None:
        self.facts, self.times, self.is_cut_short = {}, (), False
        self._path, self._deadline = path, deadline

    def __enter__(self) -> Self:
        library = importlib.util.find_spec("av")
        if library is None or library.origin is None:  # a folder of that name is no library
            raise ClipError(
                "To read clips PyAV is needed. Install it: pip install av, or "
                "pip install 'deepfake-photo-detector[video]'.",
                code="codec_not_supported",
            )
        job = {
            "path": str(self._path),
            "libraries": str(Path(library.origin).parents[1]),
            "formats": FORMATS,
            "codecs": CODECS,
            "max_pixels": MAX_CLIP_PIXELS,
            "max_frames": MAX_CLIP_FRAMES,
            "min_side": MIN_SIDE,
            "memory": MAX_CLIP_MEMORY,
            "cpu_seconds": MAX_CLIP_CPU,
        }
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(CHILD), json.dumps(job)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in KEPT if name in os.environ},
        )
        seconds = max(self._deadline - time.monotonic(), 0.0)
        self._clock = threading.Timer(seconds, self._process.kill)
        self._clock.daemon = True
        self._clock.start()
        try:
            self._describe()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        self._clock.cancel()
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # what it was told last may not have been taken
                stream.close()
        self._process.wait()

    def frames(
        self,
        times: Iterable[float],
        *,
        key_frames_only: bool = False,
        seek: float = 0.0,
        with_greys: bool = True,
    ) -> Iterator[Frame | Grey]:
        """Decode frames, in order.

        Args:
            times: presentation times, sorted, as in `times`.
            key_frames_only: whether all of them are of key frames, and no others are decoded.
            seek: seconds; what is well before that is not decoded, where the file has an index.
            with_greys: whether small grey copies come, too, of all frames that are decoded.

        Yields:
            `Frame`s and `Grey`s. Fewer than were asked for where the clip is damaged, or
            `is_cut_short`.

        Raises:
            ClipError: the clip is larger than it said.
        """
        request = {
            "times": list(times),
            "key_frames_only": key_frames_only,
            "seek": seek,
            "grey": with_greys,
        }
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:  # it is gone
            self.is_cut_short = True
            return
        while (message := self._receive()) and "end" not in message[0]:
            yield _to_grey(*message) if "grey" in message[0] else _to_frame(*message)
        self.is_cut_short |= message is None

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def ran_out_of_time(self) -> bool:
        """Whether a limit of time ended the process, and not a fault; waits for its end."""
        return -self._process.wait() in TIME_SIGNALS or time.monotonic() >= self._deadline

    def _describe(self):
        message = self._receive()
        if message is None:
            took = "it takes too long to read" if self.ran_out_of_time() else ""
            raise _to_error("too_long" if took else "damaged", took)
        head, content = message
        times = array.array("d", content).tolist()
        if head["facts"]["duration"] > MAX_CLIP_SECONDS:
            raise _to_error("too_long", f"{head['facts']['duration']:.0f} s")
        self.facts, self.times = head["facts"], times

    def _receive(self):
        """The next message and its bytes; None where the process has ended."""
        line = self._process.stdout.readline(MAX_LINE)
        if not line.endswith(b"\n"):
            return None
        head = json.loads(line)
        if "error" in head:
            raise _to_error(head["error"], head["reason"])
        if head["bytes"] > MAX_CONTENT:
            return None
        content = self._process.stdout.read(head["bytes"])
        return (head, content) if len(content) == head["bytes"] else None


def _to_error(code, reason):
    sentence = SENTENCES[code].format(reason=reason or "no more is known")
    return ClipError(sentence, code=code)


def _to_frame(head, content):
    picture = Image.frombuffer(
        "RGB", (head["width"], head["height"]), content, "raw", "RGB", head["stride"], 1
    )
    picture = turn_picture(picture, round(head["rotation"] / 90) % 4)
    return Frame(head["frame"], picture, head["rotation"], head["is_hdr"])


def _to_grey(head, content):
    width, height = GREY_SIZE
    rows = np.frombuffer(content, np.uint8)[: height * head["stride"]]
    return Grey(head["grey"], rows.reshape(height, head["stride"])[:, :width])
