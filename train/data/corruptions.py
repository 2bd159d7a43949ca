"""The degradations of the Test split, seeded, each with a severity from 0 to 1.

One long file, because it is a catalogue: functions of one form, of which none knows another.

Train and Validation of the data set are clean, Test is not: it was degraded as the test-challenge
of OpenForensics (Le et al., ICCV 2021) was. These are the families seen there; a network trained
with them is not surprised, and a validation copy degraded with them is what models are chosen on.

    python -m train corruptions --photo PHOTO --output sheet.png    # a contact sheet of them all
"""

import cv2
import numpy as np
from PIL import Image, ImageDraw

from detector.photo import load_photo
from detector.preprocess import centre_square, cut

# Family -> corruptions. A family is drawn first, so that one with many members is not drawn more.
FAMILIES = {}

# How many corruptions a picture gets: a quarter of Test looks untouched, some pictures have three.
COUNT_PROBABILITIES = (0.25, 0.40, 0.25, 0.10)


def corrupt(picture, generator) -> np.ndarray:
    """Degrade a picture as a random one of the Test split is.

    Args:
        picture: (height, width, 3) uint8, 0-255 RGB.
        generator: `np.random.Generator`; the same state gives the same picture.

    Returns:
        (height, width, 3) uint8, 0-255 RGB.
    """
    count = generator.choice(len(COUNT_PROBABILITIES), p=COUNT_PROBABILITIES)
    for family in generator.choice(list(FAMILIES), size=count, replace=False):
        members = FAMILIES[family]
        name = list(members)[generator.integers(len(members))]
        picture = members[name](picture, generator.uniform(0.05, 1.0), generator)
    return picture


def _register(family):
    def add(function):
        FAMILIES.setdefault(family, {})[function.__name__] = function
        return function

    return add


def _between(low, high, severity):
    return low + (high - low) * severity


def _to_uint8(values):
    return np.clip(values, 0, 255).astype(np.uint8)


def _blend(picture, other, weight):
    return cv2.addWeighted(picture, 1.0 - weight, other, weight, 0.0)


def _smooth_noise(shape, cells, generator):
    """Low-frequency noise, (height, width, 1) float32, 0-1."""
    coarse = generator.random((cells, cells), np.float32)
    return cv2.resize(coarse, shape[1::-1], interpolation=cv2.INTER_CUBIC).clip(0, 1)[..., None]


# Noise


@_register("noise")
def gaussian_noise(picture, severity, generator) -> np.ndarray:
    shape = picture.shape if generator.random() < 0.5 else (*picture.shape[:2], 1)
    noise = generator.standard_normal(shape, np.float32) * _between(4, 50, severity)
    return _to_uint8(picture + noise)


@_register("noise")
def shot_noise(picture, severity, generator) -> np.ndarray:
    spread = np.sqrt(picture + 1.0) * _between(0.4, 3.5, severity)
    return _to_uint8(picture + generator.standard_normal(picture.shape, np.float32) * spread)


@_register("noise")
def speckle_noise(picture, severity, generator) -> np.ndarray:
    noise = generator.standard_normal(picture.shape, np.float32) * _between(0.05, 0.45, severity)
    return _to_uint8(picture * (1.0 + noise))


@_register("noise")
def impulse_noise(picture, severity, generator) -> np.ndarray:
    shape = picture.shape if generator.random() < 0.5 else (*picture.shape[:2], 1)
    draw = generator.random(shape, np.float32)
    share = _between(0.01, 0.14, severity)
    return np.where(draw < share / 2, 0, np.where(draw > 1 - share / 2, 255, picture)).astype(
        np.uint8
    )


# Weather


@_register("weather")
def snow(picture, severity, generator) -> np.ndarray:
    flakes = np.zeros(picture.shape[:2], np.float32)
    height, width = flakes.shape
    for _ in range(int(_between(15, 160, severity))):
        centre = int(generator.integers(width)), int(generator.integers(height))
        cv2.circle(flakes, centre, int(generator.integers(1, 2 + height // 50)), 1.0, -1)
    flakes = cv2.GaussianBlur(flakes, (0, 0), 0.7)[..., None]
    return _to_uint8(picture + flakes * (255.0 - picture) * generator.uniform(0.6, 1.0))


@_register("weather")
def rain(picture, severity, generator) -> np.ndarray:
    drops = (generator.random(picture.shape[:2]) < _between(0.002, 0.03, severity)).astype(
        np.float32
    )
    length = int(generator.integers(4, 4 + picture.shape[0] // 12))
    streaks = cv2.filter2D(drops, -1, _line_kernel(length, generator.uniform(50, 130)) * length)
    return _to_uint8(picture + streaks.clip(0, 1)[..., None] * 170.0)


@_register("weather")
def fog(picture, severity, generator) -> np.ndarray:
    density = _smooth_noise(picture.shape, int(generator.integers(2, 7)), generator)
    density = _between(0.2, 0.85, severity) * (0.4 + 0.6 * density)
    return _to_uint8(picture * (1 - density) + generator.uniform(150, 240) * density)


@_register("weather")
def shade(picture, severity, generator) -> np.ndarray:
    light = _smooth_noise(picture.shape, int(generator.integers(2, 5)), generator)
    return _to_uint8(picture * (1.0 - _between(0.2, 0.9, severity) * light))


# Blur


def _line_kernel(length, degrees):
    """A normalised line through the middle of a square kernel, (length, length) float32."""
    kernel = np.zeros((length, length), np.float32)
    middle = (length - 1) / 2
    reach = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))]) * middle
    start, end = np.round(middle - reach).astype(int), np.round(middle + reach).astype(int)
    cv2.line(kernel, start.tolist(), end.tolist(), 1.0)
    return kernel / kernel.sum()


@_register("blur")
def gaussian_blur(picture, severity, generator) -> np.ndarray:
    return cv2.GaussianBlur(picture, (0, 0), _between(0.5, 4.0, severity) * len(picture) / 160)


@_register("blur")
def motion_blur(picture, severity, generator) -> np.ndarray:
    length = int(_between(3, 19, severity) * len(picture) / 160)
    return cv2.filter2D(picture, -1, _line_kernel(max(length, 3), generator.uniform(0, 180)))


@_register("blur")
def median_blur(picture, severity, generator) -> np.ndarray:
    return cv2.medianBlur(picture, 2 * int(_between(1, 5, severity)) + 1)


@_register("blur")
def box_blur(picture, severity, generator) -> np.ndarray:
    return cv2.blur(picture, (int(_between(2, 10, severity)),) * 2)


# Compression and resolution


@_register("compression")
def jpeg(picture, severity, generator) -> np.ndarray:
    quality = int(_between(75, 6, severity))
    _, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


@_register("compression")
def webp(picture, severity, generator) -> np.ndarray:
    quality = int(_between(75, 3, severity))
    _, data = cv2.imencode(".webp", picture[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, quality])
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


@_register("compression")
def pixelate(picture, severity, generator) -> np.ndarray:
    return _resample(picture, severity, cv2.INTER_NEAREST)


@_register("compression")
def downsample(picture, severity, generator) -> np.ndarray:
    return _resample(picture, severity, cv2.INTER_LINEAR)


def _resample(picture, severity, interpolation):
    height, width = picture.shape[:2]
    factor = _between(1.4, 5.0, severity)
    small = (max(1, int(width / factor)), max(1, int(height / factor)))
    picture = cv2.resize(picture, small, interpolation=cv2.INTER_AREA)
    return cv2.resize(picture, (width, height), interpolation=interpolation)


# Occlusion


@_register("occlusion")
def pixel_dropout(picture, severity, generator) -> np.ndarray:
    keep = generator.random((*picture.shape[:2], 1)) > _between(0.01, 0.15, severity)
    return picture * keep


@_register("occlusion")
def block_dropout(picture, severity, generator) -> np.ndarray:
    cells = int(generator.integers(8, 32))
    channels = 3 if generator.random() < 0.5 else 1
    coarse = generator.random((cells, cells, channels)) > _between(0.01, 0.15, severity)
    keep = cv2.resize(
        coarse.astype(np.uint8), picture.shape[1::-1], interpolation=cv2.INTER_NEAREST
    )
    return picture * keep.reshape(*picture.shape[:2], channels)


@_register("occlusion")
def block_occlusion(picture, severity, generator) -> np.ndarray:
    picture = picture.copy()
    height, width = picture.shape[:2]
    for _ in range(int(_between(1, 6, severity))):
        block_height, block_width = (generator.uniform(0.06, 0.24, 2) * (height, width)).astype(int)
        top = generator.integers(height - block_height)
        left = generator.integers(width - block_width)
        colour = generator.integers(0, 256, 3) if generator.random() < 0.5 else 128
        picture[top : top + block_height, left : left + block_width] = colour
    return picture


# Colour


@_register("colour")
def hue_shift(picture, severity, generator) -> np.ndarray:
    hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(int) + int(_between(4, 90, severity))) % 180
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)


@_register("colour")
def tint(picture, severity, generator) -> np.ndarray:
    shift = generator.uniform(-1, 1, 3) * _between(10, 80, severity)
    return _to_uint8(picture + shift)


@_register("colour")
def channel_gain(picture, severity, generator) -> np.ndarray:
    return _to_uint8(picture * (1.0 + generator.uniform(-1, 1, 3) * _between(0.1, 0.8, severity)))


@_register("colour")
def inversion(picture, severity, generator) -> np.ndarray:
    channels = generator.random(3) < _between(0.3, 1.0, severity)
    return np.where(channels, 255 - picture, picture)


@_register("colour")
def solarise(picture, severity, generator) -> np.ndarray:
    return np.where(picture > _between(230, 90, severity), 255 - picture, picture)


@_register("colour")
def posterise(picture, severity, generator) -> np.ndarray:
    step = 2 ** int(_between(4, 7.5, severity))
    return picture // step * step + step // 2


# Saturation


def _grey(picture):
    return cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


@_register("saturation")
def desaturation(picture, severity, generator) -> np.ndarray:
    return _blend(picture, _grey(picture), _between(0.3, 1.0, severity))


@_register("saturation")
def greyscale(picture, severity, generator) -> np.ndarray:
    return _grey(picture)


@_register("saturation")
def oversaturation(picture, severity, generator) -> np.ndarray:
    return _blend(picture, _grey(picture), -_between(0.3, 3.0, severity))


# Exposure


@_register("exposure")
def brightness(picture, severity, generator) -> np.ndarray:
    sign = 1.0 if generator.random() < 0.5 else -1.0
    return _to_uint8(picture + np.float32(sign * _between(10, 100, severity)))


@_register("exposure")
def gamma(picture, severity, generator) -> np.ndarray:
    exponent = _between(1.2, 3.0, severity) ** (1 if generator.random() < 0.5 else -1)
    return cv2.LUT(picture, _to_uint8(255.0 * np.linspace(0, 1, 256) ** exponent))


@_register("exposure")
def contrast(picture, severity, generator) -> np.ndarray:
    gain = _between(1.2, 3.0, severity) ** (1 if generator.random() < 0.5 else -1)
    return _to_uint8((picture - 128.0) * gain + 128.0)


@_register("exposure")
def equalisation(picture, severity, generator) -> np.ndarray:
    channels = [cv2.equalizeHist(channel) for channel in cv2.split(picture)]
    return _blend(picture, cv2.merge(channels), _between(0.3, 1.0, severity))


# Edges and shape


@_register("edges")
def sharpen(picture, severity, generator) -> np.ndarray:
    blurred = cv2.GaussianBlur(picture, (0, 0), generator.uniform(0.8, 2.0))
    return _blend(picture, blurred, -_between(0.5, 4.0, severity))


@_register("edges")
def emboss(picture, severity, generator) -> np.ndarray:
    kernel = np.array([[-1, -1, 0], [-1, 1, 1], [0, 1, 1]], np.float32)
    return _blend(picture, cv2.filter2D(picture, -1, kernel), _between(0.3, 1.0, severity))


@_register("edges")
def edge_overlay(picture, severity, generator) -> np.ndarray:
    kernel = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]], np.float32)
    edges = cv2.filter2D(_grey(picture), -1, kernel)
    return _blend(picture, cv2.convertScaleAbs(edges, alpha=2.0), _between(0.1, 0.7, severity))


@_register("edges")
def displacement(picture, severity, generator) -> np.ndarray:
    height, width = picture.shape[:2]
    reach = _between(1.0, 5.0, severity) * height / 160
    fine = generator.uniform(-1, 1, (2, height, width)).astype(np.float32)
    shift = [cv2.GaussianBlur(axis, (0, 0), generator.uniform(0.5, 3.0)) for axis in fine]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return cv2.remap(
        picture, x + shift[0] * reach, y + shift[1] * reach, cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )  # fmt: skip


def contact_sheet(path, *, side=128, severities=(0.2, 0.6, 1.0)) -> Image.Image:
    """Show every corruption at a few severities.

    Args:
        path: a photo.
        side: of a tile in pixels.
        severities: one row of tiles each.

    Returns:
        `PIL.Image.Image`.
    """
    photo = load_photo(path)
    tile = cut(photo, centre_square(photo.size), input_size=side)
    members = {name: f for family in FAMILIES.values() for name, f in family.items()}
    sheet = Image.new("RGB", (len(severities) * side + 130, len(members) * side), "white")
    draw = ImageDraw.Draw(sheet)
    for row, (name, function) in enumerate(members.items()):
        draw.text((6, row * side + side // 2), name, fill="black")
        for column, severity in enumerate(severities):
            picture = function(tile, severity, np.random.default_rng(row))
            sheet.paste(Image.fromarray(picture), (130 + column * side, row * side))
    return sheet
