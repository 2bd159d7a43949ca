"""Our portrait in every format and way of packing it: the sound files that `hostile` damages."""

import functools
import io
from pathlib import Path

import pillow_heif
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

PORTRAIT = Path(__file__).parents[1] / "examples" / "astronaut.jpg"  # NASA, public domain
SIDE = 160  # pixels of the picture that is damaged: large enough for a face, small to try often


@functools.cache
def encodings() -> dict[str, bytes]:
    """The portrait in every format and way of packing it: {name: content}."""
    photo = Image.open(PORTRAIT).convert("RGB").resize((SIDE, SIDE))

    def frames():  # new each time, for the reason that `encode` gives
        return {"save_all": True, "append_images": [photo.rotate(90), photo.rotate(180)]}

    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Orientation] = "Nikon", 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile[:24] + bytes(12) + profile[36:]  # without the time it was made
    text = PngImagePlugin.PngInfo()
    text.add_text("parameters", "a portrait", zip=True)
    return {
        "baseline.jpg": encode(photo, "JPEG", exif=exif, icc_profile=profile),
        "progressive.jpg": encode(photo, "JPEG", progressive=True),
        "preview.jpg": encode(photo, "MPO", **frames()),
        "plain.png": encode(photo, "PNG", pnginfo=text, exif=exif, icc_profile=profile),
        "moving.png": encode(photo, "PNG", **frames()),
        "lossy.webp": encode(photo, "WEBP", exif=exif, icc_profile=profile),
        "lossless.webp": encode(photo, "WEBP", lossless=True),
        "moving.webp": encode(photo, "WEBP", **frames()),
        "photo.avif": encode(photo, "AVIF", speed=10, exif=exif),
        "moving.avif": encode(photo, "AVIF", speed=10, **frames()),
        "photo.heic": encode(photo, "HEIF", exif=exif.tobytes()),
        "moving.gif": encode(photo, "GIF", **frames()),
        "plain.bmp": encode(photo, "BMP"),
        "plain.tif": encode(photo, "TIFF"),
        "lzw.tif": encode(photo, "TIFF", compression="tiff_lzw"),
        "jpeg.tif": encode(photo, "TIFF", compression="jpeg"),
        "pages.tif": encode(photo, "TIFF", **frames()),
    }


def encode(picture, kind, **options) -> bytes:
    """A picture as the content of a file."""
    buffer = io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(picture).save(buffer, **options)
    else:
        picture.copy().save(buffer, kind, **options)  # a save leaves settings that bend the next
    return buffer.getvalue()
