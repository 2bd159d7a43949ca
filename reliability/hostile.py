"""Bad and odd files, made by our own code from our own pictures: what anyone may send.

Each family is a function that gives (name, content) pairs; with the same seed the same bytes.
"""

import dataclasses
import functools
import random
import struct
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageCms

from . import formats
from .archives import archives, entry_names
from .portrait import PORTRAIT, SIDE, encode, encodings

CUTS, FLIPS = 10, 8  # of each encoding
PARTS = 28_000_000  # bytes; a file made of countless small parts is still below `MAX_BYTES`


@dataclasses.dataclass(frozen=True)
class Input:
    """One file that is sent.

    Attributes:
        family: what is wrong with it, the name of a function here.
        name: as the visitor's file is called.
        content: its bytes.
    """

    family: str
    name: str
    content: bytes


def make(*, seed: int = 0, families=None) -> Iterator[Input]:
    """Make the corpus, one file at a time.

    Args:
        seed: of cuts and flipped bytes.
        families: names to make only some; default is all.

    Yields:
        `Input`s.
    """
    for family in families or FAMILIES:
        generator = random.Random(f"{seed} {family}")
        for name, content in FAMILIES[family](generator):
            yield Input(family, name, content)


def truncated(generator) -> Iterator[tuple[str, bytes]]:
    """Ends too early, often within the header."""
    for name, content in encodings().items():
        for index in range(CUTS):
            most = min(len(content), 400) if index % 2 else len(content)
            yield name, content[: generator.randrange(most)]


def flipped(generator) -> Iterator[tuple[str, bytes]]:
    """Some bytes are others; most of them in the header, which parsers trust."""
    for name, content in encodings().items():
        for index in range(FLIPS):
            damaged = bytearray(content)
            for _ in range(generator.choice((1, 3, 20))):
                place = generator.randrange(min(len(content), 600) if index % 2 else len(content))
                damaged[place] = generator.choice((0, 255, generator.randrange(256)))
            yield name, bytes(damaged)


def disguised(generator) -> Iterator[tuple[str, bytes]]:
    """One format under the name or behind the first bytes of another, or no picture at all."""
    known = list(encodings().items())
    for (name, content), (other, start) in zip(known, known[3:] + known[:3], strict=True):
        yield other, content
        yield name, start[:16] + content[16:]
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect width="99"/></svg>'
    page = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
    entity = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
    )
    yield from (
        ("photo.jpg", content) for content in (svg, page, entity, b"", b"\xff", b"\xff\xd8")
    )
    yield from (("photo.jpg", generator.randbytes(size)) for size in (1, 12, 100, 5000))
    yield "photo.jpg", b"%PDF-1.7\n1 0 obj\n" + known[0][1]
    yield "photo.heic", b"\0\0\0\x18ftypheic" + bytes(300)
    yield "photo.avif", struct.pack(">I", 2**31 - 1) + b"ftypavif" + generator.randbytes(300)
    yield "photo.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n(rm) run\n"
    yield "photo.jpg", b"P6 96 80 255\n" + bytes(96 * 80 * 3)


def polyglots(generator) -> Iterator[tuple[str, bytes]]:
    """Two formats at once."""
    jpeg, gif = encodings()["baseline.jpg"], encodings()["moving.gif"]
    archive = next(iter(archives(generator)))[1]
    yield "photo.jpg", jpeg + archive
    yield "photo.zip", jpeg + archive
    yield "photo.jpg", formats.jpeg_with(jpeg, formats.jpeg_segment(0xFE, archive[:60000]))
    yield "photo.gif", gif + b"*/=1;alert(1)//"
    yield "photo.gif", formats.gif_with(gif, b"\x21\xfe\x0e*/=1;alert(1)//\0")
    yield "photo.jpg", jpeg + b"<?php system($_GET['c']); ?>" + encodings()["plain.png"]
    yield "photo.png", encodings()["plain.png"] + b"<script>alert(1)</script>"
    yield "photo.jpg", jpeg + bytes(20_000_000)


def bombs(generator) -> Iterator[tuple[str, bytes]]:
    """A small file that unpacks to much, or says that it does."""
    for side in (9_000, 20_000, 65_535, 2**31 - 1):
        yield "bomb.png", formats.png_of_size(side, side)
        yield "bomb.bmp", formats.bmp_of_size(min(side, 2**31 - 1), side)
        yield "bomb.tif", formats.tiff_photo(side, side, content=b"\0" * 99)
        lossless = b"VP8L" + struct.pack("<I", 9) + b"\x2f\xff\xff\xff\x0f\0\0\0\0\0"
        yield "bomb.webp", formats.webp_of_size(min(side, 2**24), min(side, 255), frame=lossless)
    yield "bomb.webp", formats.webp_of_size(16_383, 16_383, frame=b"ANIM\6\0\0\0" + bytes(6))
    gif = encodings()["moving.gif"]
    yield "bomb.gif", gif[:6] + b"\xff\xff\xff\xff" + gif[10:]
    place = gif.index(b"\x2c\0\0\0\0") + 5  # a frame larger than the picture
    yield "bomb.gif", gif[:place] + b"\xff\xff\xff\xff" + gif[place + 4 :]
    for name in ("photo.avif", "photo.heic"):
        content = encodings()[name]
        place = content.index(b"ispe") + 8  # width and height stand behind the version
        for size in ((0, 0), (1, SIDE), (9_000, 8_800), (2**31 - 1, 2**31 - 1)):
            yield name, content[:place] + struct.pack(">II", *size) + content[place + 8 :]
    for compression in ("tiff_deflate", "tiff_lzw", "group4", "packbits"):
        mode = "1" if compression == "group4" else "L"
        yield "bomb.tif", encode(Image.new(mode, (20_000, 20_000)), "TIFF", compression=compression)
    tiles = (322, 4, 1, 2**15), (323, 4, 1, 2**15), (324, 4, 1, "here"), (325, 4, 1, 9)
    yield "bomb.tif", formats.tiff_photo(96, 80, extra=((259, 3, 1, 8), *tiles))
    yield "bomb.jpg", formats.jpeg_of_scans(3_500)
    yield "bomb.jpg", formats.jpeg_of_scans(100_000, size=(64, 64))
    yield "bomb.png", formats.png_of_size(96, 80, pixels=bytes(300_000_000))


def largest(generator) -> Iterator[tuple[str, bytes]]:
    """As large as is accepted, in the ways of packing that take most memory."""
    size = 9_000, 8_800
    yield "flat.png", encode(Image.new("RGBA", size, (9, 9, 200, 99)), "PNG", compress_level=1)
    yield "deep.png", encode(Image.new("I;16", size, 300), "PNG", compress_level=1)
    yield "float.tif", encode(Image.new("F", size, 0.5), "TIFF", compression="tiff_deflate")
    yield "cmyk.jpg", encode(Image.new("CMYK", size, (9, 99, 9, 9)), "JPEG", progressive=True)
    yield "high.png", encode(Image.new("L", (64, 1_250_000), 99), "PNG")
    yield "wide.png", encode(Image.new("RGB", (1_250_000, 64), (9, 99, 200)), "PNG")
    yield "wide.jpg", encode(Image.new("RGB", (65_500, 64), (9, 99, 200)), "JPEG")


def sizes(generator) -> Iterator[tuple[str, bytes]]:
    """No width, a negative one, a single pixel."""
    for size in ((0, 0), (0, 80), (96, 0), (1, 1), (1, 80), (64, 1), (1, 65_500), (63, 64)):
        yield "size.png", formats.png_of_size(*size, pixels=bytes(size[1] * (1 + 3 * size[0])))
        yield "size.bmp", formats.bmp_of_size(*size, pixels=bytes(4 * size[0] * size[1] % 10**6))
        yield "size.tif", formats.tiff_photo(*size)
        if all(size):
            yield "size.jpg", encode(Image.new("L", size), "JPEG")
            yield "size.gif", encode(Image.new("L", size), "GIF")
    for size in ((-96, 80), (96, -80), (-(2**31), -(2**31))):
        yield "size.bmp", formats.bmp_of_size(*size, pixels=bytes(96 * 80 * 3))
    for place in (7, 9):  # height and width of a JPEG's frame
        jpeg = bytearray(encodings()["baseline.jpg"])
        start = jpeg.index(b"\xff\xc0") - 2
        jpeg[start + place : start + place + 2] = b"\0\0"
        yield "size.jpg", bytes(jpeg)


def metadata(generator) -> Iterator[tuple[str, bytes]]:
    """EXIF, ICC, XMP, text and provenance that are broken, endless or circular."""
    jpeg, png = encodings()["baseline.jpg"], encodings()["plain.png"]
    gif, bare = encodings()["moving.gif"], encode(Image.new("RGB", (96, 80)), "JPEG")
    chain = b"".join(  # EXIF directories, each naming the next as its inner one
        struct.pack("<HHHII", 1, 34665, 4, 1, 8 + 18 * index) + b"\0\0\0\0"
        for index in range(3_000)
    )
    shared = [(tag, 1, 32_000, "here") for tag in range(1000, 3_700)]
    exifs = [
        *(generator.randbytes(300), b"", b"II*\0", b"MM\0*\xff\xff\xff\xff", b"II*\0" + chain),
        formats.tiff([(34665, 4, 1, 8), (34853, 4, 1, 8)], following=8),
        formats.tiff([(274, 3, 1, 6), (271, 2, 2**32 - 1, 2**31)]),
        formats.tiff([(274, 12, 3, "here")], content=b"\xff" * 24),
        formats.tiff([(274, 2, 1, 6), (272, 1, 0, 0), (305, 5, 1, "here")], content=bytes(8)),
        formats.tiff(shared, content=bytes(32_000))[:65_000],
    ]
    for exif in exifs:
        yield "exif.jpg", formats.jpeg_with(bare, formats.jpeg_segment(0xE1, b"Exif\0\0" + exif))
        yield "exif.png", formats.png_with(png, formats.png_chunk(b"eXIf", exif))
        yield "exif.tif", formats.tiff_photo(96, 80, extra=((34665, 4, 1, 8),)) + exif
    for mark in (b"ICC_PROFILE\0\1\1", b"ICC_PROFILE\0\xff\0", b"http://ns.adobe.com/xap/1.0/\0"):
        kind = 0xE1 if mark.startswith(b"http") else 0xE2
        for content in (b"", generator.randbytes(3_000), b"<" * 60_000):
            yield "mark.jpg", formats.jpeg_with(jpeg, formats.jpeg_segment(kind, mark + content))
    zeros = formats.zlib.compress(bytes(200_000_000), 9)
    for kind, start in ((b"zTXt", b"k\0\0"), (b"iTXt", b"k\0\1\0\0\0"), (b"iCCP", b"k\0\0")):
        yield "text.png", formats.png_with(png, formats.png_chunk(kind, start + zeros))
    yield "text.png", formats.png_with(png, formats.png_chunk(b"tEXt", b"k\0" + b"a" * 20_000_000))
    many = [(tag, 1, 10_000_000, "here") for tag in range(1000, 3_000)]
    yield "tags.tif", formats.tiff_photo(96, 80, extra=many, content=bytes(10_000_000))
    loop = formats.tiff(many, content=bytes(10_000_000))
    yield "tags.png", formats.png_with(png, formats.png_chunk(b"eXIf", loop))
    yield "tags.png", png[:-12] + formats.png_chunk(b"eXIf", loop) + png[-12:]
    yield "loop.tif", formats.tiff_photo(96, 80, following=8)
    yield "parts.jpg", formats.jpeg_with(bare, formats.jpeg_segment(0xE5, b"") * (PARTS // 4))
    yield "parts.jpg", formats.jpeg_with(bare, b"\xff" * PARTS)
    yield "parts.png", formats.png_with(png, formats.png_chunk(b"abCd", b"") * (PARTS // 12))
    comment = b"\x21\xfe" + (b"\xff" + b"a" * 255) * (PARTS // 256) + b"\0"
    yield "parts.gif", formats.gif_with(gif, comment)
    box = functools.reduce(_jumbf, range(200), b"c2pa")
    for content in (b"", generator.randbytes(500), box, b"\xff" * 4 + b"jumb" + box):
        mark = formats.jpeg_segment(0xEB, b"JP\0\1\0\0\0\1" + content[:65_000])
        yield "provenance.jpg", formats.jpeg_with(jpeg, mark)
        yield "provenance.png", formats.png_with(png, formats.png_chunk(b"caBX", content))


def _jumbf(inner, _):
    description = b"jumd" + b"c2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71" + b"\3c2pa\0"
    description = struct.pack(">I", len(description) + 4) + description
    return struct.pack(">I", len(inner) + len(description) + 8) + b"jumb" + description + inner


def modes(generator) -> Iterator[tuple[str, bytes]]:
    """Sound pictures of rare kinds; each must come to a verdict."""
    photo = Image.open(PORTRAIT).convert("RGB").resize((SIDE, SIDE))
    grey = np.asarray(photo.convert("L"))
    for mode in ("1", "L", "CMYK", "YCbCr", "RGB"):
        yield f"{mode}.jpg", encode(photo.convert(mode), "JPEG")
    cmyk = encode(photo.convert("CMYK"), "JPEG")
    place = cmyk.index(b"Adobe") + 11
    yield "ycck.jpg", cmyk[:place] + b"\2" + cmyk[place + 1 :]
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
        yield f"{mode}.png", encode(photo.convert("RGB").convert(mode), "PNG")
    for kind in ("PNG", "GIF"):
        clear = photo.quantize(16)
        yield f"clear.{kind.lower()}", encode(clear, kind, transparency=3)
    yield "table.png", encode(photo.quantize(16), "PNG", transparency=bytes(range(0, 256, 16)))
    deep = Image.fromarray(grey.astype(np.uint16) * 257)
    yield "deep.png", encode(deep, "PNG")
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB"):
        colours = ImageCms.profileToProfile(
            photo, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
        )
        yield f"{mode}.tif", encode(colours if mode == "LAB" else photo.convert(mode), "TIFF")
    for dtype in (np.uint16, np.int32, np.float32):
        yield f"{dtype.__name__}.tif", encode(Image.fromarray(grey.astype(dtype)), "TIFF")
    turned = [photo.rotate(index).resize((64, 64)) for index in range(60)]
    for kind in ("GIF", "WEBP", "PNG", "TIFF"):
        options = {"duration": 20} if kind != "TIFF" else {}
        animation = encode(turned[0], kind, save_all=True, append_images=turned, **options)
        yield f"animation.{kind.lower()}", animation


FAMILIES = {
    "truncated": truncated,
    "bytes flipped": flipped,
    "disguised": disguised,
    "two formats at once": polyglots,
    "bombs": bombs,
    "largest accepted": largest,
    "sizes": sizes,
    "metadata": metadata,
    "rare kinds": modes,
    "archives": archives,
    "names": entry_names,
}
