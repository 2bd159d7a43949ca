"""Clips for tests, made by PyAV: a square that stands for a face moves over a ground.

A red square is a genuine face, a magenta one a forged one; `look` finds both without a network.
"""

import fractions
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw

from detector import CropVerdict

GROUND, GENUINE, FORGED = (60, 110, 70), (220, 30, 40), (220, 30, 220)
SIZE = (320, 240)


def draw(x=120, y=70, side=96, *, is_forged=False, size=SIZE, ground=GROUND) -> Image.Image:
    """A frame with one face, `PIL.Image.Image`."""
    frame = Image.new("RGB", size, ground)
    colour = FORGED if is_forged else GENUINE
    ImageDraw.Draw(frame).rectangle((x, y, x + side, y + side), fill=colour)
    return frame


def talk(seconds=2.0, *, rate=15, forged=(), size=SIZE) -> list[Image.Image]:
    """Frames of a face that moves a little; forged in some of the frames, by number."""
    return [
        draw(x=100 + i % 7, is_forged=i in forged, size=size) for i in range(int(seconds * rate))
    ]


def write_clip(
    path,
    frames,
    *,
    rate=15,
    codec="libx264",
    pixels="yuv420p",
    options=None,
    times=None,
    quarters=0,
    container=None,
    sound=False,
) -> Path:
    """Encode frames.

    Args:
        path: its suffix chooses the container.
        frames: list of `PIL.Image.Image` of one size; may be empty, for a clip of sound alone.
        rate: frames a second.
        codec: encoder of PyAV.
        pixels: pixel format.
        options: of the encoder.
        times: of the frames in seconds, where they are not even.
        quarters: turns, anticlockwise, that the file asks a player for.
        container: options of the container.
        sound: whether a second of silence is added.

    Returns:
        `path`.
    """
    with av.open(str(path), "w", container_options=container or {}) as out:
        if frames:
            track = out.add_stream(codec, rate=rate, options=options or {})
            track.width, track.height = frames[0].size
            track.pix_fmt = pixels
            track.codec_context.time_base = fractions.Fraction(1, 1000)
            if quarters:
                track.set_display_rotation(90 * quarters)
        if sound:
            silence = out.add_stream("libopus" if str(path).endswith("webm") else "aac", rate=48000)
        for index, frame in enumerate(frames):
            picture = av.VideoFrame.from_image(frame)
            picture.pts = round(1000 * (times[index] if times else index / rate))
            picture.time_base = fractions.Fraction(1, 1000)
            out.mux(track.encode(picture))
        if frames:
            out.mux(track.encode())
        if sound:
            for index in range(50):
                piece = av.AudioFrame.from_ndarray(np.zeros((1, 960), np.float32), "fltp", "mono")
                piece.sample_rate, piece.pts = 48000, 960 * index
                out.mux(silence.encode(piece))
            out.mux(silence.encode())
    return path


def crop(box, fake_probability=0.05, *, notes=()) -> CropVerdict:
    """What a network would say of a face, `CropVerdict`."""
    label = "Fake" if fake_probability >= 0.5 else "Real"
    confidence = max(fake_probability, 1.0 - fake_probability)
    return CropVerdict(
        box=box,
        face_confidence=1.0,
        square=box,
        fake_probability=fake_probability,
        label=label,
        confidence=confidence,
        is_conclusive=confidence >= 0.95 and not notes,
        notes=notes,
        heatmap=np.zeros((4, 4), np.float32),
    )


def look(frame: Image.Image, most: int) -> tuple[list[CropVerdict], bool]:
    """Find the square: stands for the networks, as `detector.video.watch` calls them."""
    levels = np.asarray(frame).astype(int)
    is_face = (levels[..., 0] > 150) & (levels[..., 1] < 120)
    if is_face.sum() < 100:
        return [], False
    rows, columns = np.flatnonzero(is_face.any(1)), np.flatnonzero(is_face.any(0))
    box = tuple(map(float, (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)))
    is_forged = levels[..., 2][is_face].mean() > 130
    return [crop(box, 0.99 if is_forged else 0.05)], False
