"""What a file says of itself is read; where it was taken is not."""

import dataclasses
import io
import json
import struct
import zlib

import pytest
from PIL import ExifTags, Image, PngImagePlugin

from detector.photo.facts import read_facts
from testing.credentials import sign
from testing.server import ROOT

EXAMPLE = (ROOT / "examples" / "astronaut.jpg").read_bytes()


def encode(photo, kind, **options):
    buffer = io.BytesIO()
    photo.save(buffer, kind, **options)
    return buffer.getvalue()


def test_camera_and_software_are_read_and_the_place_is_not(photo):
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Nikon"
    exif[ExifTags.Base.Model] = "NIKON D850"
    exif[ExifTags.Base.Software] = "Darkroom 5\x00\x07"
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitude] = (48.0, 12.0, 34.5)
    place[ExifTags.GPS.GPSMapDatum] = "SECRET-PLACE"
    data = encode(photo, "JPEG", exif=exif)
    assert b"SECRET-PLACE" in data
    facts = read_facts(data)
    assert (facts.format, facts.width, facts.bytes) == ("JPEG", 512, len(data))
    assert facts.camera == "NIKON D850" and facts.software == "Darkroom 5"
    assert "SECRET" not in json.dumps(dataclasses.asdict(facts))


@pytest.mark.parametrize(
    ("key", "value", "generator"),
    [
        ("parameters", "a portrait, Steps: 20", "Stable Diffusion web UI"),
        ("workflow", "{}", "ComfyUI"),
        ("Software", "NovelAI", "NovelAI"),
        ("Comment", "holiday", None),
    ],
)
def test_png_text_of_generators_names_them_and_the_prompt_stays_unread(
    photo, key, value, generator
):
    text = PngImagePlugin.PngInfo()
    text.add_text(key, value)
    facts = read_facts(encode(photo, "PNG", pnginfo=text))
    assert facts.generator == generator
    assert "portrait" not in json.dumps(dataclasses.asdict(facts))


def test_a_plain_photo_has_no_content_credentials():
    facts = read_facts(EXAMPLE)
    assert not facts.has_c2pa and facts.c2pa_producer is None


@pytest.mark.parametrize("is_generated", [False, True])
def test_content_credentials_are_found_and_named(is_generated):
    facts = read_facts(sign(EXAMPLE, is_generated=is_generated))
    assert facts.has_c2pa
    assert facts.c2pa_producer == "Test Darkroom"
    assert facts.c2pa_says_generated == is_generated


def test_damaged_content_credentials_are_still_there():
    """A forged manifest is a fact; "none" would be untrue."""
    signed = sign(EXAMPLE, is_generated=False)
    place = signed.index(b"c2pa")
    damaged = signed[: place + 200] + bytes(300) + signed[place + 500 :]
    assert read_facts(damaged).has_c2pa


def test_damaged_metadata_does_not_stop_a_photo(photo):
    """The verdict is there already; the facts must not take it away."""
    data = encode(photo, "PNG")
    chunk = b"eXIf" + b"not EXIF at all"
    wrong = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    facts = read_facts(data[:33] + wrong + data[33:])
    assert facts.format == "PNG" and facts.camera is None
