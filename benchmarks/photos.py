"""Photos to measure on: any size, with one face."""

import io

from PIL import Image

PORTRAIT = "examples/astronaut.jpg"
SIZES = {"256x256": (256, 256), "640x480": (640, 480), "4000x3000": (4000, 3000)}


def make_photo(size: tuple[int, int]) -> bytes:
    """A JPEG of that (width, height), a portrait in its middle, as bytes."""
    portrait = Image.open(PORTRAIT)
    photo = Image.new("RGB", size, (90, 110, 130))
    side = min(size)
    photo.paste(portrait.resize((side, side)), ((size[0] - side) // 2, 0))
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def make_crop() -> bytes:
    """A JPEG of 256x256 px cut around a face, as data sets have them, as bytes."""
    buffer = io.BytesIO()
    Image.open(PORTRAIT).crop((130, 20, 310, 200)).resize((256, 256)).save(buffer, "JPEG")
    return buffer.getvalue()
