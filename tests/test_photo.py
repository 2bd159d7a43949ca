"""Whatever is dropped on the page: a photo, right way up, or a sentence that says what to do."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms, TiffImagePlugin

from detector.errors import PhotoError
from detector.limits import MAX_BYTES, MAX_PROFILE
from detector.photo import load as photo_module
from detector.photo import load_frames, load_photo

SIZE = 96, 80  # width, height; above the least size, and not square
ADVICE = r"Send |Shrink |Save |Check |uint8"  # every message says what to do


def encode(image, format="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def gradient(mode="RGB"):
    """A picture without symmetry, so that no turn or flip of it looks the same."""
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    levels = np.stack([x * 2, y * 3, (x + 2 * y) // 2], axis=-1).astype(np.uint8)
    return Image.fromarray(levels).convert(mode)


def png_of_size(width, height):
    """A PNG that claims a size and holds no pixels: a decompression bomb in 60 bytes."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"")
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def truncated(format, **options):
    content = encode(gradient(), format, **options)
    return content[: len(content) * 4 // 5]  # the header is whole, the pixels are not


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><circle r="9"/></svg>'

BAD_CONTENT = {
    "empty": (b"", "empty"),
    "not a picture": (b"\x00\x01\x02 no picture" * 50, "not a photo"),
    "text": (b"Dear reader,\n" * 50, "not a photo"),
    "svg": (SVG, "not a photo"),
    "html": (b"<!DOCTYPE html><html><body>404</body></html>", "not a photo"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "not a photo"),
    "format outside the list": (encode(gradient(), "PPM"), "not a photo"),
    "vector format": (encode(gradient(), "EPS"), "not a photo"),
    "truncated jpeg": (truncated("JPEG", quality=95), "damaged"),
    "truncated png": (truncated("PNG"), "damaged"),
    "truncated webp": (truncated("WEBP", lossless=True), "damaged|not a photo"),
    "signature alone": (encode(gradient())[:8], "damaged|not a photo"),
    "1x1": (encode(Image.new("RGB", (1, 1))), "1x1 px; at least 64x64"),
    "too narrow": (encode(Image.new("RGB", (500, 63))), "500x63 px; at least"),
    "400 megapixels": (png_of_size(20_000, 20_000), "80 megapixels"),
    "81 megapixels": (png_of_size(9_000, 9_001), "9000x9001 px; at most 80 megapixels"),
    "no pixels": (png_of_size(100, 100), "damaged"),
    "too large a file": (bytes(MAX_BYTES + 1), "at most 30 MB"),
}


@pytest.mark.parametrize("content, message", BAD_CONTENT.values(), ids=BAD_CONTENT)
def test_bad_content_is_refused_with_advice(content, message):
    """A person who sends something else would see a stack trace, or nothing."""
    with pytest.raises(PhotoError, match=message) as caught:
        load_photo(content)
    assert caught.match(ADVICE)


@pytest.mark.parametrize("content, message", BAD_CONTENT.values(), ids=BAD_CONTENT)
def test_bad_content_named_jpg_is_refused_alike(content, message, tmp_path):
    """The name of a file must not be believed."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(PhotoError, match=message):
        load_photo(str(path))


@pytest.mark.parametrize(
    "path",
    [
        "gone.jpg",
        "",
        "/",
        "/dev/zero",
        "with\0null.jpg",
        "a" * 5000 + ".jpg",
        "no/such/folder/photo.jpg",
    ],
    ids=[
        "missing",
        "empty",
        "directory",
        "endless device",
        "null character",
        "long",
        "missing folder",
    ],
)
def test_bad_path_is_refused_with_advice(path):
    with pytest.raises(PhotoError, match="cannot be read") as caught:
        load_photo(path)
    assert caught.match(ADVICE)


@pytest.mark.parametrize(
    "source", [None, 7, ["photo.jpg"], io.BytesIO(b"x")], ids=lambda source: type(source).__name__
)
def test_wrong_type_is_refused_with_advice(source):
    with pytest.raises(PhotoError, match="Received: ") as caught:
        load_photo(source)
    assert caught.match(ADVICE)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((80, 96, 3), np.float32),
        np.zeros((80, 96, 3), np.int64),
        np.zeros((80, 96, 3), bool),
        np.zeros((80, 96, 2), np.uint8),
        np.zeros((80, 96, 1), np.uint8),
        np.zeros((3, 80, 96), np.uint8),
        np.zeros((1, 80, 96, 3), np.uint8),
        np.zeros(80, np.uint8),
        np.zeros((0, 0, 3), np.uint8),
        np.zeros((), np.uint8),
        np.array(["photo.jpg"]),
    ],
    ids=lambda array: f"{array.dtype} {array.shape}",
)
def test_wrong_array_is_refused_with_advice(array):
    """A float array read as bytes would be judged as noise."""
    with pytest.raises(PhotoError) as caught:
        load_photo(array)
    assert caught.match(ADVICE)


@pytest.mark.parametrize("channels", [(), (3,), (4,)], ids=str)
def test_array_is_taken_as_it_is(channels):
    array = np.random.default_rng(0).integers(0, 256, (80, 96, *channels), np.uint8)
    if channels == (4,):
        array[..., 3] = 255
    expected = np.stack([array] * 3, axis=-1) if not channels else array[..., :3]
    assert np.array_equal(load_photo(array), expected)


def test_truncated_pil_image_is_refused():
    """PIL opens lazily, so an image object can fail as late as a file."""
    image = Image.open(io.BytesIO(truncated("JPEG", quality=95)))
    with pytest.raises(PhotoError, match="damaged"):
        load_photo(image)


def test_non_finite_pixels_are_refused():
    array = np.full(SIZE[::-1], np.nan, np.float32)
    with pytest.raises(PhotoError, match="not finite") as caught:
        load_photo(encode(Image.fromarray(array), "TIFF"))
    assert caught.match(ADVICE)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_damage_anywhere_gives_a_photo_or_a_photo_error(format):
    """One damaged upload of another kind of error would look like a fault of the page."""
    content = encode(gradient(), format)
    generator = np.random.default_rng(0)
    for _ in range(60):
        damaged = bytearray(content)
        for place in generator.integers(len(content), size=generator.integers(1, 6)):
            damaged[place] = generator.integers(256)
        if generator.random() < 0.3:
            damaged = damaged[: generator.integers(len(damaged))]
        try:
            assert load_photo(bytes(damaged)).mode == "RGB"
        except PhotoError as error:
            assert str(error)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_formats_are_read(format, mode):
    photo = load_photo(encode(gradient(mode), format))
    assert (photo.mode, photo.size) == ("RGB", SIZE)
    difference = np.abs(np.asarray(photo, int) - np.asarray(gradient(mode).convert("RGB"), int))
    assert difference.mean() < 8  # GIF has 256 colours


def test_photo_of_a_phone_with_a_preview_inside_is_read():
    """Some phones write several pictures into one JPEG (MPO)."""
    content = encode(gradient(), "MPO", save_all=True, append_images=[gradient("L").convert("RGB")])
    assert load_photo(content).size == SIZE


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_first_frame_of_an_animation_is_judged(format):
    frames = [Image.new("RGB", SIZE, colour) for colour in ("red", "lime", "blue")]
    options = {"lossless": True} if format == "WEBP" else {}
    content = encode(frames[0], format, save_all=True, append_images=frames[1:], **options)
    assert load_photo(content).getcolors() == [(SIZE[0] * SIZE[1], (255, 0, 0))]


def test_cmyk_jpeg_keeps_its_colours():
    """Read as RGB, a photo made for print would be judged as its negative."""
    content = encode(Image.new("CMYK", SIZE, (0, 255, 255, 0)), "JPEG", quality=95)
    red, green, blue = np.asarray(load_photo(content)).reshape(-1, 3).mean(axis=0)
    assert red > 200 and green < 60 and blue < 60


def test_16_bit_grey_is_scaled():
    """Clipped at 255, nearly every pixel of a 16-bit photo would be white."""
    levels = np.linspace(0, 65535, SIZE[0] * SIZE[1]).reshape(SIZE[::-1]).astype(np.uint16)
    photo = np.asarray(load_photo(encode(Image.fromarray(levels))), int)
    assert np.abs(photo - (levels // 257)[..., np.newaxis].astype(int)).max() <= 1


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
def test_grey_tiff_of_other_depths_uses_the_whole_range(dtype):
    levels = np.linspace(0, 60000, SIZE[0] * SIZE[1]).reshape(SIZE[::-1]).astype(dtype)
    photo = np.asarray(load_photo(encode(Image.fromarray(levels), "TIFF")))
    assert photo.min() == 0 and photo.max() > 225 and len(np.unique(photo)) > 200


def test_transparency_is_laid_over_white():
    """What a cut-out portrait hides under its transparency is no part of the photo."""
    image = Image.new("RGBA", SIZE, (200, 0, 0, 0))
    image.paste((0, 0, 200, 255), (0, 0, 48, 80))
    photo = load_photo(encode(image))
    assert photo.getpixel((10, 10)) == (0, 0, 200)
    assert photo.getpixel((90, 10)) == (255, 255, 255)


def test_half_transparency_is_blended():
    photo = load_photo(Image.new("RGBA", SIZE, (0, 0, 0, 128)))
    assert photo.getpixel((0, 0)) == (127, 127, 127)


def test_palette_with_transparency_is_laid_over_white():
    image = Image.new("P", SIZE, 1)
    image.putpalette([9, 9, 9, 0, 200, 0])
    image.paste(0, (0, 0, 48, 80))
    photo = load_photo(encode(image, transparency=0))
    assert photo.getpixel((10, 10)) == (255, 255, 255)
    assert photo.getpixel((90, 10)) == (0, 200, 0)


def test_1_bit_and_grey_become_rgb():
    for mode in ("1", "L", "LA"):
        expected = gradient("L").convert(mode).convert("RGB")
        assert np.array_equal(load_photo(encode(gradient("L").convert(mode))), expected)


# How an upright picture is stored, by what Exif 2.32 says of row 0 and column 0.
STORED = {
    1: lambda upright: upright,  # row 0 is the top, column 0 the left
    2: lambda upright: upright[:, ::-1],  # top, right
    3: lambda upright: upright[::-1, ::-1],  # bottom, right
    4: lambda upright: upright[::-1],  # bottom, left
    5: lambda upright: upright.swapaxes(0, 1),  # left, top
    6: lambda upright: upright[:, ::-1].swapaxes(0, 1),  # right, top
    7: lambda upright: upright[::-1, ::-1].swapaxes(0, 1),  # right, bottom
    8: lambda upright: upright[::-1].swapaxes(0, 1),  # left, bottom
}


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("form", ["bytes", "PIL image"])
def test_photo_is_turned_upright(orientation, form):
    """Phones store turned pixels and say so in EXIF; boxes must fit what people see."""
    upright = np.asarray(gradient())
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(STORED[orientation](upright)))
    content = encode(stored, exif=exif)
    photo = load_photo(content if form == "bytes" else Image.open(io.BytesIO(content)))
    assert np.array_equal(photo, upright)


@pytest.mark.parametrize("tag", ["XResolution", "ResolutionUnit", "YCbCrPositioning", "ImageWidth"])
def test_a_tag_of_a_wrong_type_does_not_hide_a_photo_to_turn(tag):
    """Some cameras and editors write numbers as text."""
    entries = sorted([(ExifTags.Base.Orientation, 3, 6), (ExifTags.Base[tag], 2, ord("x"))])
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(entries))
    for number, kind, value in entries:  # kind 2 is text, 3 a whole number
        exif += struct.pack("<HHII", number, kind, 1, value)
    exif += bytes(4)
    photo = load_photo(encode(gradient().crop((0, 0, 90, 70)), "JPEG", exif=exif))
    assert photo.size == (70, 90) and load_photo(photo) is photo


def test_damaged_exif_does_not_hide_the_photo():
    content = encode(gradient(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert load_photo(content).size == SIZE


def test_given_image_is_not_changed():
    image = gradient("RGBA")
    before = image.tobytes()
    load_photo(image).paste((1, 2, 3), (0, 0, 50, 50))
    assert image.tobytes() == before


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_heic_photo_of_a_phone_is_read_upright(orientation):
    """What iPhones take; Pillow alone does not know the format."""
    import pillow_heif

    picture = gradient().resize((192, 160))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    buffer = io.BytesIO()
    stored = picture.rotate(90, expand=True) if orientation == 6 else picture
    pillow_heif.from_pillow(stored).save(buffer, exif=exif.tobytes(), quality=95)
    found = load_photo(buffer.getvalue())
    assert (found.mode, found.size) == ("RGB", picture.size)
    assert np.abs(np.asarray(found, int) - np.asarray(picture, int)).mean() < 8


def test_a_file_that_only_claims_to_be_heic_is_refused():
    with pytest.raises(PhotoError, match=ADVICE):
        load_photo(b"\x00\x00\x00\x18ftypheic" + bytes(200))


RAW = {
    "DNG": {ExifTags.Base.DNGVersion: b"\1\4\0\0"},
    "preview first": {ExifTags.Base.NewSubfileType: 1},
    "sensor's colours": {ExifTags.Base.PhotometricInterpretation: 32803},
}


@pytest.mark.parametrize("tags", RAW.values(), ids=RAW)
def test_a_raw_file_is_refused_not_its_thumbnail_judged(tags):
    """The verdict would be on a preview of 200 pixels, and said to be on the photo."""
    stored = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, value in tags.items():
        stored.tagtype[tag] = 1 if isinstance(value, bytes) else 4
        stored[tag] = value
    content = encode(gradient(), "TIFF", tiffinfo=stored)
    if ExifTags.Base.PhotometricInterpretation in tags:  # Pillow writes its own
        content = content.replace(
            struct.pack("<HHII", 262, 3, 1, 2), struct.pack("<HHII", 262, 3, 1, 32803)
        )
        with pytest.raises(PhotoError, match=ADVICE):
            load_photo(content)
        return
    with pytest.raises(PhotoError, match="Send a JPEG") as caught:
        load_photo(content)
    assert caught.value.code == "raw_file"


@pytest.mark.parametrize("start", [b"FUJIFILMCCD-RAW 0201", b"IIU\0\x18", b"\0\0\0\x18ftypcrx "])
def test_raw_files_of_other_makers_are_told_to_be_exported(start):
    with pytest.raises(PhotoError, match="Send a JPEG") as caught:
        load_photo(start + bytes(200))
    assert caught.value.code == "raw_file"


def colours_of(content):
    return [
        (number, count, frame.resize((1, 1)).getpixel((0, 0)))
        for number, count, frame in load_frames(content)
    ]


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "AVIF", "TIFF"])
def test_frames_of_an_animation_first_and_last_among_them(format):
    """One frame of many is what its sender wants to be seen."""
    shades = [Image.new("RGB", SIZE, (12 * index, 0, 0)) for index in range(20)]
    options = {"lossless": True} if format == "WEBP" else {}
    options |= {"quality": 95} if format == "AVIF" else {}
    content = encode(shades[0], format, save_all=True, append_images=shades[1:], **options)
    found = colours_of(content)
    assert [number for number, _, _ in found] == [1, 4, 6, 9, 12, 15, 17, 20]
    for number, count, colour in found:
        assert count == 20
        assert np.abs(np.subtract(colour, (12 * (number - 1), 0, 0))).max() <= 4


def test_a_photo_has_one_frame_and_so_has_one_with_previews_in_it():
    """A phone's depth or gain map, judged as a photo, would make it inconclusive."""
    preview = gradient("L").convert("RGB")
    content = encode(gradient(), "MPO", save_all=True, append_images=[preview])
    assert [found[:2] for found in load_frames(content)] == [(1, 1)]
    reduced = TiffImagePlugin.ImageFileDirectory_v2()
    reduced[ExifTags.Base.NewSubfileType] = 1
    preview.encoderinfo, preview.encoderconfig = {"tiffinfo": reduced}, ()
    content = encode(gradient(), "TIFF", save_all=True, append_images=[preview])
    assert [found[:2] for found in load_frames(content)] == [(1, 1)]


def test_frames_stay_within_their_pixels(monkeypatch):
    """An animation of 100 kB can have thousands of frames of 80 megapixels."""
    frames = [Image.new("RGB", SIZE, (0, 5 * index, 0)) for index in range(30)]
    for format, numbers in (("WEBP", [1, 2, 3, 4]), ("TIFF", [1, 11, 20, 30])):
        content = encode(frames[0], format, save_all=True, append_images=frames[1:])
        monkeypatch.setattr(photo_module, "MAX_FRAME_PIXELS", 4 * SIZE[0] * SIZE[1])
        assert [number for number, _, _ in colours_of(content)] == numbers


def test_what_is_damaged_behind_the_first_frame_is_counted():
    """Then nobody can say that all of it looks genuine."""
    frames = [gradient(), gradient("L").convert("RGB")]
    content = encode(frames[0], "GIF", save_all=True, append_images=frames[1:])
    found = list(load_frames(content[: len(content) * 3 // 4]))
    assert [entry[:2] for entry in found] == [(1, 2)]


def profile(*, primaries, gamma=2.2):
    """A colour profile of three primaries (x, y), as Display P3 and Adobe RGB are."""
    white = np.array([0.9642, 1.0, 0.8249])  # of all profiles: D50
    xyz = np.array([[x / y, 1.0, (1 - x - y) / y] for x, y in primaries]).T
    columns = xyz * np.linalg.solve(xyz, white)

    def fixed(*values):
        return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))

    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    name = b"wide"
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(name) + 1) + name + bytes(80),
        b"wtpt": b"XYZ " + bytes(4) + fixed(*white),
        **{
            letter + b"XYZ": b"XYZ " + bytes(4) + fixed(*columns[:, index])
            for index, letter in enumerate((b"r", b"g", b"b"))
        },
        **{letter + b"TRC": curve for letter in (b"r", b"g", b"b")},
    }
    place, table, body = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for tag, content in tags.items():
        content += bytes(-len(content) % 4)
        table += struct.pack(">4sII", tag, place + len(body), len(content))
        body += content
    head = struct.pack(
        ">I4sI4s4s4s", place + len(body), bytes(4), 0x02400000, b"mntr", b"RGB ", b"XYZ "
    )
    head += bytes(12) + b"acsp" + bytes(28) + fixed(*white)
    return head.ljust(128, b"\0") + table + body


WIDE = profile(primaries=[(0.68, 0.32), (0.21, 0.71), (0.15, 0.06)])


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_colours_of_a_profile_become_srgb(format, orientation):
    """Most phones store wide colours; taken for sRGB, skin would be greyer than it is."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    stored = Image.new("RGB", (96, 96), (200, 120, 100))
    options = {"lossless": True} if format == "WEBP" else {}
    content = encode(stored, format, icc_profile=WIDE, exif=exif, **options)
    photo = load_photo(content)
    red, green, blue = photo.getpixel((40, 40))
    assert red > 207 and green < 118 and blue < 100
    assert "icc_profile" not in photo.info  # what is made of it would be converted twice
    assert load_photo(photo) is photo


def test_a_profile_of_srgb_or_one_that_cannot_be_used_changes_nothing():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = gradient()
    for icc in (srgb, b"", b"no profile" * 50, WIDE[:200], WIDE + bytes(MAX_PROFILE)):
        stored = gradient()
        stored.info["icc_profile"] = icc
        assert np.array_equal(load_photo(stored), plain)
    grey = gradient("L")
    grey.info["icc_profile"] = WIDE  # of colours that a grey photo has not
    assert np.array_equal(load_photo(grey), gradient("L").convert("RGB"))


def test_transparency_stays_where_colours_are_converted():
    image = Image.new("RGBA", SIZE, (200, 120, 100, 0))
    image.paste((200, 120, 100, 255), (0, 0, 48, 80))
    photo = load_photo(encode(image, icc_profile=WIDE))
    assert photo.getpixel((90, 10)) == (255, 255, 255)
    assert photo.getpixel((10, 10))[0] > 207
