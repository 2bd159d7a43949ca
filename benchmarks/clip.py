"""A clip of 10 s in 1080p: how long until there is a verdict, and the memory of what decodes it.

    python -m benchmarks.clip

Medians. The clip has one face, and is H.264 with a key frame every 2 s. What decodes is a process
of its own; "decoding" is that alone, with nothing judged. CPU seconds tell less of what else the
machine does.
"""

import os
import statistics
import tempfile
import threading
import time
from pathlib import Path

import av
from PIL import Image

from benchmarks import table
from benchmarks.photos import PORTRAIT
from detector import load_detector
from detector.video.decode import Decoder
from detector.video.sampling import plan

SIZE, SECONDS, RATE = (1920, 1080), 10, 30
PHOTOS = 20  # timed alone


def measure(repeat: int) -> table.Tables:
    """Yield the tables "clip" and "clip-beside"."""
    detector = load_detector()
    with tempfile.TemporaryDirectory() as folder:
        clip = make_clip(Path(folder) / "clip.mp4")
        detector.predict_video(clip)
        whole, cpu, decoding, memory = [], [], [], []
        for _ in range(repeat):
            started, spent = time.perf_counter(), _cpu_seconds()
            verdict = detector.predict_video(clip)
            whole.append(time.perf_counter() - started)
            cpu.append(_cpu_seconds() - spent)
            started = time.perf_counter()
            memory.append(_decode(clip))
            decoding.append(time.perf_counter() - started)
        alone, beside = _time_photos(detector, clip)
    yield (
        "clip",
        [
            {
                "clip": f"{SECONDS} s, {SIZE[0]}x{SIZE[1]}, {RATE} frames a second",
                "frames looked at": verdict.clip.frames_judged,
                "seconds to the verdict": statistics.median(whole),
                "CPU seconds, both processes": statistics.median(cpu),
                "seconds of decoding 32 frames": statistics.median(decoding),
                "memory of the decoding process, peak, MB": statistics.median(memory),
            }
        ],
    )
    yield (
        "clip-beside",
        [
            {
                "photo": "640x480",
                "alone, ms": alone,
                "while a clip is judged, ms": beside,
                "ratio": beside / alone,
            }
        ],
    )


def make_clip(path: Path) -> Path:
    """A clip of a portrait that moves, and return its path."""
    side = SIZE[1]
    with Image.open(PORTRAIT) as portrait:
        face = portrait.convert("RGB").resize((side, side))
    with av.open(str(path), "w") as out:
        track = out.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "g": "60"})
        track.width, track.height = SIZE
        track.pix_fmt = "yuv420p"
        for index in range(SECONDS * RATE):
            frame = Image.new("RGB", SIZE, (90, 110, 130))
            frame.paste(face, (2 * index, 0))
            out.mux(track.encode(av.VideoFrame.from_image(frame)))
        out.mux(track.encode())
    return path


def _time_photos(detector, clip):
    """Median milliseconds of a photo, alone and while a clip is judged beside it."""
    with Image.open(PORTRAIT) as portrait:
        photo = portrait.convert("RGB").resize((640, 480))
    alone = [_time(detector, photo) for _ in range(PHOTOS)]
    beside, watching = [], threading.Thread(target=detector.predict_video, args=(clip,))
    watching.start()
    while watching.is_alive():
        beside.append(_time(detector, photo))
    return statistics.median(alone), statistics.median(beside)


def _time(detector, photo):
    started = time.perf_counter()
    detector.predict(photo)
    return 1000 * (time.perf_counter() - started)


def _cpu_seconds():
    """Spent by this process and those that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _decode(clip):
    """Decode what a verdict needs; gives the peak of the process's memory in megabytes."""
    with Decoder(clip, deadline=time.monotonic() + 90) as decoder:
        chosen = plan(decoder.times, decoder.facts["key_frames"], pixels=SIZE[0] * SIZE[1])
        for _ in decoder.frames(chosen.times, key_frames_only=chosen.key_frames_only):
            pass
        status = Path(f"/proc/{decoder.pid}/status").read_text(encoding="utf-8")
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    table.run(__doc__, repeat=3, measure=measure)
