"""Files written byte by byte, as no picture library would: to claim what is not so."""

import struct
import zlib


def jpeg_segment(marker: int, content: bytes) -> bytes:
    """A JPEG segment: marker (0xE1 for EXIF ...), length and content."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def jpeg_with(data: bytes, *segments: bytes) -> bytes:
    """A JPEG with segments right after its start."""
    return data[:2] + b"".join(segments) + data[2:]


def jpeg_of_scans(count: int, *, size=(65500, 1221)) -> bytes:
    """A progressive grey JPEG in which each scan says for all blocks that nothing comes.

    Args:
        count: of scans; 285 bytes each at the default size.
        size: width and height in pixels.

    Returns:
        The file's content.
    """
    width, height = size
    blocks = -(-width // 8) * -(-height // 8)
    one_code = bytes([1] + [0] * 15)  # a Huffman table of a single code of one bit
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0"
    first = jpeg_segment(0xDA, b"\1\1\0\0\0\0") + bytes(blocks // 8 + 1)
    runs = -(-blocks // 2**14)  # 0xE0: the end of a run of 2 ** 14 blocks or more, 14 bits follow
    scan = jpeg_segment(0xDA, b"\1\1\0\1\x3f\0") + bytes(runs * 15 // 8 + 1)
    tables = jpeg_segment(0xC4, b"\0" + one_code + b"\0")
    tables += jpeg_segment(0xC4, b"\x10" + one_code + b"\xe0")
    levels = jpeg_segment(0xDB, b"\0" + b"\1" * 64)
    return (
        b"\xff\xd8" + levels + jpeg_segment(0xC2, frame) + tables + first + scan * count
    ) + b"\xff\xd9"


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """A PNG chunk with its checksum."""
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def png_with(data: bytes, *chunks: bytes) -> bytes:
    """A PNG with chunks right after its header."""
    return data[:33] + b"".join(chunks) + data[33:]


def png_of_size(width: int, height: int, *, pixels=b"", depth=8, colour=2) -> bytes:
    """A PNG that claims a size; `pixels` is what its data unpack to."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


def gif_with(data: bytes, extension: bytes) -> bytes:
    """A GIF with an extension before its first frame."""
    colours = 3 * 2 ** ((data[10] & 7) + 1) if data[10] & 0x80 else 0
    return data[: 13 + colours] + extension + data[13 + colours :]


def webp_of_size(width: int, height: int, *, frame=b"") -> bytes:
    """An extended WebP that claims a canvas and holds the chunks of `frame`."""
    canvas = struct.pack("<I", 0) + struct.pack("<I", width - 1)[:3]
    canvas += struct.pack("<I", height - 1)[:3]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas + frame
    return b"RIFF" + struct.pack("<I", len(body)) + body


def bmp_of_size(width: int, height: int, *, pixels=b"") -> bytes:
    """A BMP of 24 bits that claims a size, which may be negative."""
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(pixels), 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(pixels), 0, 0, 54) + header + pixels


def tiff(entries, *, content=b"", following=0) -> bytes:
    """A little-endian TIFF of one directory; EXIF has the same form.

    Args:
        entries: (tag, type, count, value or offset) tuples; "here" as offset is that of `content`.
        content: what comes behind the directory.
        following: offset of the next directory; 8 is this one.

    Returns:
        The file's content.
    """
    place = 8 + 2 + 12 * len(entries) + 4
    packed = [
        struct.pack("<HHII", tag, kind, count, place if value == "here" else value)
        for tag, kind, count, value in sorted(entries, key=lambda entry: entry[0])
    ]
    start = b"II*\0" + struct.pack("<IH", 8, len(entries))
    return start + b"".join(packed) + struct.pack("<I", following) + content


def tiff_photo(
    width: int, height: int, *, extra=(), content=None, strip="here", **options
) -> bytes:
    """An uncompressed grey TIFF of that size with extra entries."""
    entries = {256: (4, 1, width), 257: (4, 1, height), 258: (3, 1, 8), 259: (3, 1, 1)}
    entries |= {262: (3, 1, 1), 273: (4, 1, strip), 277: (3, 1, 1), 278: (4, 1, height)}
    entries |= {279: (4, 1, width * height % 2**32)}
    entries |= {tag: rest for tag, *rest in extra}
    content = bytes(width * height) if content is None else content
    return tiff([(tag, *rest) for tag, rest in entries.items()], content=content, **options)
