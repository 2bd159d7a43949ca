"""Would the verdict survive a resend? A photo saved or framed as people do is judged again."""

import numpy as np
from PIL import Image

from detector.limits import MIN_SIDE
from detector.preprocess import longer_side
from detector.resend import Setting, resend

CLOSE_MARGIN = 1.3  # of a photo that was cut close to the face, over the face box's longer side


def jpeg(photo, quality) -> Image.Image:
    """Save as JPEG of a quality, 1-95, and open again."""
    return resend(photo, Setting(max_side=max(photo.size), quality=quality))


def shrink(photo, factor) -> Image.Image:
    """Resize, antialiased, by a factor."""
    size = [max(64, round(side * factor)) for side in photo.size]
    return photo.resize(size, Image.Resampling.BICUBIC)


def screenshot(photo) -> Image.Image:
    """Shown enlarged on a screen and captured: another pixel grid, then JPEG."""
    return jpeg(shrink(photo, 1.37), 85)


def mirror(photo) -> Image.Image:
    """Swap left and right."""
    return photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def cut_close(photo, box) -> Image.Image:
    """Cut a photo close around a face; the whole photo where there is none, or a tiny one."""
    if box is None:
        return photo
    left, top, right, bottom = box
    reach = CLOSE_MARGIN * longer_side(box) / 2
    x, y = (left + right) / 2, (top + bottom) / 2
    frame = np.clip([x - reach, y - reach, x + reach, y + reach], 0, [*photo.size, *photo.size])
    left, top, right, bottom = (round(edge) for edge in frame)
    if min(right - left, bottom - top) < MIN_SIDE:
        return photo  # what is left would be refused
    return photo.crop((left, top, right, bottom))


# Name -> function of the photo and the box of the face that was judged.
RESENDS = {
    "JPEG 70": lambda photo, box: jpeg(photo, 70),
    "JPEG 50": lambda photo, box: jpeg(photo, 50),
    "JPEG 30": lambda photo, box: jpeg(photo, 30),
    "half size": lambda photo, box: shrink(photo, 0.5),
    "screenshot": lambda photo, box: screenshot(photo),
    "mirrored": lambda photo, box: mirror(photo),
    "cut close": cut_close,
}


def flips(verdicts, again) -> dict:
    """Compare verdicts with those on the resent photos.

    Args:
        verdicts: n verdicts.
        again: n verdicts on the same photos, resent.

    Returns:
        A dict: "pictures"; as shares of them "flips" (another label) and "flips of conclusive
        verdicts" (one conclusive label became the other one); and "mean change" of P(fake).
    """
    changed = np.array([a.label != b.label for a, b in zip(verdicts, again, strict=True)])
    sure = np.array(
        [a.is_conclusive and b.is_conclusive for a, b in zip(verdicts, again, strict=True)]
    )
    moved = [
        abs(a.fake_probability - b.fake_probability) for a, b in zip(verdicts, again, strict=True)
    ]
    return {
        "pictures": len(verdicts),
        "flips": round(float(changed.mean()), 4),
        "flips of conclusive verdicts": round(float((changed & sure).mean()), 4),
        "mean change": round(float(np.mean(moved)), 4),
    }
