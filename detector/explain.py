"""Grad-CAM in closed form, and the heatmap laid over the photo.

With global average pooling and one Dense unit the gradient of the logit with respect to the last
feature map is the Dense kernel, the same at every place; Grad-CAM (Selvaraju et al., ICCV 2017) is
then relu(features @ kernel), which the network gives as its "evidence" output.
"""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

# Dark to light, readable without colour vision: anchors of matplotlib's "inferno" (CC0).
COLOURS = ((0, 0, 4), (87, 16, 110), (188, 55, 84), (249, 142, 9), (252, 255, 164))
BOX_COLOURS = {"Real": (38, 166, 91), "Fake": (217, 48, 37)}


def grad_cam(evidence, label):
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


def colourise(heatmap):
    """Colour a heatmap.

    Args:
        heatmap: (h, w) float32, 0-1.

    Returns:
        (h, w, 3) uint8, 0-255 RGB.
    """
    places = np.linspace(0.0, 1.0, len(COLOURS))
    channels = [np.interp(heatmap, places, levels) for levels in zip(*COLOURS, strict=True)]
    return np.stack(channels, axis=-1).astype(np.uint8)


def overlay(photo, crops, *, opacity=0.5):
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
        heat = Image.fromarray(crop.heatmap.astype(np.float32)).resize(
            size, Image.Resampling.BICUBIC
        )
        heat = np.clip(np.asarray(heat), 0.0, 1.0)  # (height, width) of the square
        # Weight follows heat, so that the face stays visible where the map is cold.
        weight = Image.fromarray((heat * opacity * 255).astype(np.uint8))
        result.paste(Image.fromarray(colourise(heat)), (left, top), weight)
    return result


def draw_boxes(photo, crops):
    """Draw a numbered box around every face, coloured by its label.

    Args:
        photo: `PIL.Image.Image`, RGB, upright.
        crops: `CropVerdict`s of that photo; those without a box are left out.

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
        colour = BOX_COLOURS[crop.label]
        draw.rectangle((left, top, right, bottom), outline=colour, width=line)
        text = f" {number} {crop.label} {crop.confidence:.0%} "
        frame = draw.textbbox((0, 0), text, font=font)
        height = frame[3] + 2 * line
        origin = (max(left, 0), top - height if top >= height else top)
        draw.rectangle((*origin, origin[0] + frame[2], origin[1] + height), fill=colour)
        draw.text((origin[0], origin[1] + line), text, fill="white", font=font)
    return result
