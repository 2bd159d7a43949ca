"""Would the verdict survive a resend? The photo shrunk and re-encoded as messengers do, and judged.

Services change their settings without notice and publish none; these are ours, chosen from light to
heavy, and say what they do.
"""

import dataclasses
import io

from PIL import Image

from .photo import PhotoLike
from .pipeline import Detector
from .verdict import Verdict


@dataclasses.dataclass(frozen=True)
class Setting:
    """One way of resending.

    Attributes:
        max_side: longer side in pixels; photos that are smaller keep their size.
        quality: of JPEG (chroma halved in both directions).
        times: how often the photo is sent on.
    """

    max_side: int
    quality: int
    times: int = 1


SETTINGS = (
    Setting(max_side=2048, quality=85),
    Setting(max_side=1600, quality=75),
    Setting(max_side=1280, quality=70, times=2),
    Setting(max_side=960, quality=60),
    Setting(max_side=640, quality=50),
)


@dataclasses.dataclass(frozen=True, eq=False)
class Resend:
    """What resending does to a verdict.

    Attributes:
        original: `Verdict` of the photo as it came.
        resent: one `Verdict` for each of `SETTINGS`.
        outcome: "stable": same label, and no less conclusive; "weakens": same label, but no
            longer conclusive; "changes": another label.
    """

    original: Verdict
    resent: tuple[Verdict, ...]
    outcome: str


def check_resend(detector: Detector, photo: PhotoLike, *, is_face_crop: bool = False) -> Resend:
    """Judge a photo, of an animation the frame that decides, as it is and after each of `SETTINGS`.

    Args:
        detector: `detector.Detector`.
        photo: see `detector.photo.load_photo`.
        is_face_crop: see `Detector.predict`.

    Returns:
        `Resend`.

    Raises:
        PhotoError: the photo cannot be judged.
    """
    photo, original = detector.judge(photo, is_face_crop=is_face_crop)
    resent = tuple(
        detector.predict(resend(photo, setting), is_face_crop=is_face_crop) for setting in SETTINGS
    )
    outcome = "stable"
    if any(verdict.label != original.label for verdict in resent):
        outcome = "changes"
    elif original.is_conclusive and not all(verdict.is_conclusive for verdict in resent):
        outcome = "weakens"
    return Resend(original=original, resent=resent, outcome=outcome)


def resend(photo: Image.Image, setting: Setting) -> Image.Image:
    """Shrink and re-encode a photo.

    Args:
        photo: `PIL.Image.Image`, RGB.
        setting: `Setting`.

    Returns:
        `PIL.Image.Image`, RGB.
    """
    for _ in range(setting.times):
        scale = min(1.0, setting.max_side / max(photo.size))
        size = (max(1, round(photo.width * scale)), max(1, round(photo.height * scale)))
        buffer = io.BytesIO()
        photo.resize(size, Image.Resampling.LANCZOS).save(
            buffer, "JPEG", quality=setting.quality, subsampling="4:2:0"
        )
        with Image.open(buffer) as encoded:
            photo = encoded.convert("RGB")
    return photo
