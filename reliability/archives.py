"""Zip archives that lie, overlap, or hold what must not come out; and file names that disturb."""

import io
import stat
import struct
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

PORTRAIT = Path(__file__).parents[1] / "examples" / "astronaut.jpg"  # NASA, public domain
NAMES = (
    *("=1+1.jpg", "+1.jpg", "-1+1.jpg", "@SUM(1).jpg", " =1+1.jpg", "\uff1d1+1.jpg", "a;=1+1.jpg"),
    *("a,=1+1.jpg", 'a";=1+1.jpg', "\t=1.jpg", "\r=1.jpg", "two\nlines.jpg", "two\u2028lines.jpg"),
    *("null\0.jpg", "\x1b[2Jclear.jpg", "\u202egpj.exe", "\u2067right\u2069.jpg", "bell\x07.jpg"),
    *("<img src=x onerror=alert(1)>.jpg", '" onmouseover="alert(1).jpg', "{{7*7}}${7*7}.jpg"),
    *("%s%n%d{0}{file}.jpg", "../../up.jpg", "..\\..\\up.jpg", "C:\\up.jpg", "/etc/passwd", ".."),
    *("\ud800half.jpg", "n" * 60_000 + ".jpg", "\u0645\u06cc\u200c\u062e\u0648.jpg", "a.jpg\0.zip"),
    *("con.jpg", " ", "\u0301" * 500 + ".jpg", "'; DROP TABLE photos;--.jpg"),
)


def pack(members, *, method=zipfile.ZIP_STORED) -> bytes:
    """A zip of (name or `zipfile.ZipInfo`, content) pairs."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one name twice is meant
        for name, content in members:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name)  # of 1980
            archive.writestr(info, content, compress_type=method)
    return buffer.getvalue()


def member(name: str, **attributes) -> zipfile.ZipInfo:
    """A `zipfile.ZipInfo` with these attributes."""
    info = zipfile.ZipInfo(name)
    for attribute, value in attributes.items():
        setattr(info, attribute, value)
    return info


def archives(generator) -> Iterator[tuple[str, bytes]]:
    """Zips of every bad kind; the first is a good one."""
    photo = PORTRAIT.read_bytes()
    good = pack([("a/photo.jpg", photo[:30_000]), ("b/photo.jpg", photo)])
    yield "good.zip", good
    for name in ("../up.jpg", "/root.jpg", "a/../../up.jpg", "C:/up.jpg", "..\\up.jpg", " ", "."):
        yield "traversal.zip", pack([(name, photo)])
    links = {"link.jpg": stat.S_IFLNK, "device.jpg": stat.S_IFCHR, "pipe.jpg": stat.S_IFIFO}
    for name, kind in links.items():
        info = member(name, external_attr=(kind | 0o777) << 16, create_system=3)
        yield "link.zip", pack([(info, b"/etc/passwd")])
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        yield "bomb.zip", pack([("zeros.png", bytes(64_000_000))], method=method)
        yield "packed.zip", pack([("photo.jpg", photo)], method=method)
    inner = pack([("zeros.png", bytes(50_000_000))], method=zipfile.ZIP_DEFLATED)
    for _ in range(5):
        inner = pack([(f"{index}.zip", inner) for index in range(8)], method=zipfile.ZIP_DEFLATED)
    yield "nested.zip", inner
    yield "many.zip", pack([(f"{index}.jpg", b"") for index in range(10_000)])
    yield "hidden.zip", pack([(f"__MACOSX/{index}", b"") for index in range(10_000)])
    yield "folders.zip", pack([(f"{index}/", b"") for index in range(9_999)] + [("a.jpg", photo)])
    entry = _directory_entry(b"a.jpg")
    yield "long.zip", entry * 500_000 + _end(500_000, size=len(entry) * 500_000, offset=0)
    yield "same.zip", pack([("a.jpg", photo)]) + entry * 40 + _end(40, size=len(entry) * 40)
    yield "comment.zip", good[:-2] + b"\xff\xff" + b"PK\5\6" * 16_000
    yield "empty.zip", pack([])
    yield "password.zip", _set(good, b"PK\1\2", 8, b"\1\0")
    yield "method.zip", _set(good, b"PK\1\2", 10, b"\x63\0")
    yield "version.zip", _set(good, b"PK\1\2", 6, b"\xff\0")
    yield "checksum.zip", _set(good, b"PK\1\2", 16, b"\0\0\0\0")
    yield "smaller.zip", _set(good, b"PK\1\2", 24, b"\1\0\0\0")
    yield "larger.zip", _set(good, b"PK\1\2", 24, b"\xff\xff\xff\x7f")
    yield "offset.zip", _set(good, b"PK\1\2", 42, b"\xff\xff\xff\x7f")
    yield "end.zip", _end(65_535, size=2**32 - 1, offset=2**32 - 1)
    yield "end.zip", good[:-22] + _end(2, size=2**31, offset=0)
    for index in range(60):
        damaged = bytearray(good)
        if index % 3:
            for _ in range(5):  # near the end, where the list of members is
                damaged[-generator.randrange(1, 200)] = generator.randrange(256)
        else:
            del damaged[generator.randrange(len(damaged)) :]
        yield "damaged.zip", bytes(damaged)


def entry_names(generator) -> Iterator[tuple[str, bytes]]:
    """A good photo and a bad one under every name, alone and in an archive."""
    photo = PORTRAIT.read_bytes()
    for name in NAMES:
        yield name, photo
        yield name, photo[:99]
        inner = name.encode("utf-8", "replace").decode()[:60_000]
        yield "names.zip", pack([(inner, photo), (inner + "2", b"")])


def _directory_entry(name):
    numbers = (20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0)
    return b"PK\1\2" + struct.pack("<6H3I5H2I", *numbers) + name


def _end(count, *, size, offset=0):
    return b"PK\5\6" + struct.pack("<4H2IH", 0, 0, count % 65_536, count % 65_536, size, offset, 0)


def _set(archive, mark, place, content):
    start = archive.index(mark) + place
    return archive[:start] + content + archive[start + len(content) :]
