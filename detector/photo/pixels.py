"""An image of any mode, orientation and colour profile to upright 8-bit sRGB."""

import functools
import io

import numpy as np
from PIL import ExifTags, Image, ImageCms

from ..errors import PhotoError
from ..limits import MAX_EXIF, MAX_PROFILE

PROFILE_COLOURS = {"RGB": "RGB ", "RGBA": "RGB ", "CMYK": "CMYK", "L": "GRAY"}  # by mode
TURNS = {  # EXIF orientation to what makes the photo upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_exif(image: Image.Image) -> Image.Exif | dict:
    """Read EXIF, unless it is larger than an honest one.

    Args:
        image: `PIL.Image.Image` of `open_image`.

    Returns:
        `PIL.Image.Exif`, or an empty dict where there is none that can be read.
    """
    try:
        if image.format == "PNG":
            image.load()  # EXIF may stand behind the pixels; Pillow would look there by itself
        stored = (image.info.get(key, "") for key in ("exif", "Raw profile type exif"))
        return {} if any(len(content) > MAX_EXIF for content in stored) else image.getexif()
    except PhotoError:
        raise
    except Exception:  # Pillow raises nearly every built-in type on bad data; then nothing is said
        return {}


def to_rgb(image: Image.Image) -> Image.Image:
    """Bring an image to upright 8-bit sRGB without transparency.

    Args:
        image: `PIL.Image.Image` of any mode; it is decoded, and may be altered.

    Returns:
        `PIL.Image.Image`, mode RGB; `image` itself if it already is that.

    Raises:
        PhotoError: its pixels are not finite numbers. Pillow raises others on damaged data.
    """
    image.load()
    # What already is upright or RGB is not copied: for 12 megapixels each copy takes 30 ms.
    # Pillow's own `exif_transpose` writes all of EXIF anew and fails at a tag of a wrong type.
    turn = TURNS.get(read_exif(image).get(ExifTags.Base.Orientation))
    if turn is not None:
        image = image.transpose(turn)
        # The tag goes, so that nobody turns the photo again.
        kept = ("transparency", "icc_profile")
        image.info = {key: image.info[key] for key in image.info if key in kept}
    if image.mode.startswith("I") or image.mode == "F":
        image = _to_8_bits(image)
    image = _to_srgb(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image)
        return white
    return image if image.mode == "RGB" else image.convert("RGB")


def _to_srgb(image):
    """An image in the colours of its profile as one in sRGB; 30 ms for each megapixel."""
    profile = image.info.get("icc_profile") or b""
    if image.mode in ("P", "PA") and profile:
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if not profile or len(profile) > MAX_PROFILE or image.mode not in PROFILE_COLOURS:
        return image
    transform = _transform(bytes(profile), image.mode)
    if transform is None:
        return image
    converted = transform.apply(image)
    # The profile goes, so that nobody converts the photo again.
    converted.info = {key: image.info[key] for key in image.info if key != "icc_profile"}
    return converted


@functools.lru_cache(maxsize=16)  # building one takes 3-30 ms, and cameras have few
def _transform(profile, mode):
    """What turns the colours of a profile into sRGB; None: nothing needs to, or can."""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in (profile.profile.profile_description or ""):
            return None
        if profile.profile.xcolor_space != PROFILE_COLOURS[mode]:
            return None
        target = "RGBA" if mode == "RGBA" else "RGB"
        return ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), mode, target)
    except (ImageCms.PyCMSError, OSError):  # damaged; the pixels are shown as they are
        return None


def _to_8_bits(image):
    # Pillow's own conversion clips 16-bit values at 255 instead of scaling them.
    values = np.asarray(image).astype(np.float32)  # (height, width), 0-65535 or any float range
    if image.mode == "F":
        low, high = float(values.min()), float(values.max())
        if not np.isfinite([low, high]).all():
            raise PhotoError(
                "This photo has pixels that are not finite numbers. Send the original file."
            )
    else:
        low, high = 0.0, 65535.0 if values.max() > 255 else 255.0
    # In place: each further copy of 80 megapixels takes 320 MB.
    values -= low
    values *= 255.0 / max(high - low, 1e-6)
    return Image.fromarray(values.clip(0, 255, out=values).astype(np.uint8))
