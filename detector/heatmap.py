"""Grad-CAM in closed form, and the heatmap laid over the photo.

With global average pooling and one Dense unit the gradient of the logit with respect to the last
feature map is the Dense kernel, the same at every place; Grad-CAM (Selvaraju et al., ICCV 2017) is
then relu(features @ kernel), which the network gives as its "evidence" output. A network that ends
in dense layers carries their backward pass in its graph instead (`train.export.class_activation`).
"""

import dataclasses
import math
from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .preprocess import Box
from .report import per_thousand
from .verdict import CropVerdict

# Dark to light, readable without colour vision: anchors of matplotlib's "inferno" (CC0).
COLOURS = ((0, 0, 4), (87, 16, 110), (188, 55, 84), (249, 142, 9), (252, 255, 164))
CLOSE_UP_SIDE = 640  # pixels, longer side
CONTEXT = 0.3  # beside judged squares, on each side, as a share of the larger side of all of them
MAX_ENLARGEMENT = 2.0  # shown larger than that, a browser does it as well
BOX_COLOURS = {"Real": (38, 166, 91), "Fake": (217, 48, 37)}
UNSURE_COLOUR = (240, 180, 41)


def grad_cam(evidence: np.ndarray, label: str) -> np.ndarray:
    """Which places of a crop speak for the label.

    Args:
        evidence: (h, w) float32, positive speaks for Fake.
        label: "Real" or "Fake".

    Returns:
        (h, w) float32, 0-1; all 0 where no place speaks for the label.
    """
    positive = np.maximum(evidence if label == "Fake" else -evidence, 0.0)
    peak = float(positive.max())
    return positive / peak if peak > 0.0 else positive


def colourise(heat: Image.Image) -> Image.Image:
    """Colour a heatmap.

    Args:
        heat: `PIL.Image.Image`, greyscale, 255 is hottest.

    Returns:
        `PIL.Image.Image`, RGB, of that size.
    """
    coloured = heat.copy()
    coloured.putpalette(_TABLE.tobytes())
    return coloured.convert("RGB")


def reframe(
    photo: Image.Image,
    crops: Iterable[CropVerdict],
    *,
    region: Box | None = None,
    max_side: int,
    max_enlargement: float = MAX_ENLARGEMENT,
) -> tuple[Image.Image, list[CropVerdict]]:
    """Cut a region out of a photo and scale it for showing, and the places of its crops with it.

    Args:
        photo: `PIL.Image.Image`, RGB, upright.
        crops: `CropVerdict`s of that photo.
        region: left, top, right, bottom in pixels; default is the whole photo.
        max_side: longer side of the result in pixels ...
        max_enlargement: ... to which a smaller region is enlarged up to so many times.

    Returns:
        The picture and a list of `CropVerdict`s with boxes and squares in its pixels.
    """
    left, top, right, bottom = region = region or (0, 0, *photo.size)
    scale = min(max_enlargement, max_side / max(right - left, bottom - top))
    size = (max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale)))
    # For showing alone: the lowest gap is the fastest, and a little softer.
    picture = photo.resize(size, Image.Resampling.BILINEAR, box=region, reducing_gap=1.0)

    def moved(edges):
        if edges is None:
            return None
        x0, y0, x1, y1 = edges
        return tuple(scale * d for d in (x0 - left, y0 - top, x1 - left, y1 - top))

    return picture, [
        dataclasses.replace(crop, box=moved(crop.box), square=moved(crop.square)) for crop in crops
    ]


def region_around(crops: Sequence[CropVerdict], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The part of a photo that holds all judged squares, and a little more.

    Args:
        crops: `CropVerdict`s of that photo, at least one.
        size: width and height of the photo in pixels.

    Returns:
        left, top, right, bottom in whole pixels, so that Pillow can cut it out as it is; inside the
        photo.
    """
    left, top = (min(crop.square[i] for crop in crops) for i in (0, 1))
    right, bottom = (max(crop.square[i] for crop in crops) for i in (2, 3))
    more = CONTEXT * max(right - left, bottom - top)
    return (
        max(math.floor(left - more), 0),
        max(math.floor(top - more), 0),
        min(math.ceil(right + more), size[0]),
        min(math.ceil(bottom + more), size[1]),
    )


def close_up(photo: Image.Image, crops: Sequence[CropVerdict]) -> Image.Image:
    """Cut out what was judged, and lay the heatmaps over it.

    Args:
        photo: `PIL.Image.Image`, RGB, upright.
        crops: `CropVerdict`s of that photo, at least one.

    Returns:
        `PIL.Image.Image`, RGB, at most `CLOSE_UP_SIDE` wide and high, and not enlarged.
    """
    region = region_around(crops, photo.size)
    return overlay(
        *reframe(photo, crops, region=region, max_side=CLOSE_UP_SIDE, max_enlargement=1.0)
    )


def overlay(
    photo: Image.Image, crops: Iterable[CropVerdict], *, opacity: float = 0.5
) -> Image.Image:
    """Lay the heatmaps of judged crops over the photo.

    Args:
        photo: `PIL.Image.Image`, RGB, upright.
        crops: `CropVerdict`s of that photo.
        opacity: 0-1, of the hottest places; cold ones stay as they are.

    Returns:
        `PIL.Image.Image`, RGB, of the photo's size.
    """
    result = photo.copy()
    for crop in crops:
        left, top, right, bottom = (round(edge) for edge in crop.square)
        size = (max(right - left, 1), max(bottom - top, 1))
        heat = _enlarge(crop.heatmap, size)
        # Weight follows heat, so that the face stays visible where the map is cold.
        weight = heat.point([round(step * opacity) for step in range(256)])
        result.paste(colourise(heat), (left, top), weight)
    return result


def heat_layer(heatmap: np.ndarray, *, side: int = 128) -> Image.Image:
    """A heatmap as a picture to lay over the judged square, at an opacity chosen when shown.

    Args:
        heatmap: (h, w) float32, 0-1.
        side: of the result in pixels.

    Returns:
        `PIL.Image.Image`, RGBA, side x side; opaque where hot, transparent where cold.
    """
    heat = _enlarge(heatmap, (side, side))
    layer = colourise(heat)
    layer.putalpha(heat)
    return layer


def draw_boxes(
    photo: Image.Image, crops: Iterable[CropVerdict], *, with_labels: bool = True
) -> Image.Image:
    """Draw a numbered box around every face, coloured by its verdict.

    Args:
        photo: `PIL.Image.Image`, RGB, upright.
        crops: `CropVerdict`s of that photo; those without a box are left out.
        with_labels: beside the number write label and confidence too, or a question mark where
            the verdict is not conclusive.

    Returns:
        `PIL.Image.Image`, RGB, of the photo's size.
    """
    result = photo.copy()
    draw = ImageDraw.Draw(result)
    line = max(2, round(min(photo.size) / 200))
    font = ImageFont.load_default(size=max(14, round(min(photo.size) / 25)))
    for number, crop in enumerate(crops, start=1):
        if crop.box is None:
            continue
        left, top, right, bottom = crop.box
        colour, ink, label = UNSURE_COLOUR, "black", "?"
        if crop.is_conclusive:
            colour, ink = BOX_COLOURS[crop.label], "white"
            label = f"{crop.label} {per_thousand(crop.confidence) // 10}%"
        draw.rectangle((left, top, right, bottom), outline=colour, width=line)
        text = f" {number} {label} " if with_labels else f" {number} "
        frame = draw.textbbox((0, 0), text, font=font)
        height = frame[3] + 2 * line
        # Below the box; inside it where the photo ends.
        origin = (max(left, 0), bottom if bottom + height <= photo.height else bottom - height)
        draw.rectangle((*origin, origin[0] + frame[2], origin[1] + height), fill=colour)
        draw.text((origin[0], origin[1] + line), text, fill=ink, font=font)
    return result


def _table():
    """Colours of 256 steps of heat, (256, 3) uint8."""
    steps, places = np.linspace(0.0, 1.0, 256), np.linspace(0.0, 1.0, len(COLOURS))
    channels = [np.interp(steps, places, levels) for levels in zip(*COLOURS, strict=True)]
    return np.stack(channels, axis=-1).astype(np.uint8)


_TABLE = _table()


def _enlarge(heatmap, size):
    """A heatmap of (width, height) pixels as a greyscale picture, 255 is hottest."""
    heat = Image.fromarray(np.round(heatmap * 255.0).astype(np.uint8))
    return heat.resize(size, Image.Resampling.BICUBIC)
