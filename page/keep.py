"""A report to keep: one PNG for people and one JSON for machines, with what was judged by what."""

import hashlib
import json
import textwrap

from PIL import Image, ImageDraw, ImageFont

from detector import Verdict
from detector.heatmap import draw_boxes, overlay, reframe, region_around
from detector.report import to_json

from .pictures import new_folder
from .texts import Texts, words

WIDTH, MARGIN, PICTURE_SIDE = 1000, 40, 560
LETTERS = 92  # a line


def write_report(
    data: bytes, photo: Image.Image, verdict: Verdict, texts: Texts, *, with_photo: bool
) -> list[str]:
    """Write both files.

    Args:
        data: content of the photo's file, whose hash says which photo it was.
        photo: `PIL.Image.Image`, RGB, upright.
        verdict: `detector.Verdict` of it.
        texts: of a language.
        with_photo: see `draw_report`.

    Returns:
        Two paths as text: report.png and report.json.
    """
    digest = hashlib.sha256(data).hexdigest()
    folder = new_folder()
    picture_path, data_path = folder / "report.png", folder / "report.json"
    draw_report(photo, verdict, digest, texts, with_photo=with_photo).save(picture_path)
    content = {"photo_sha256": digest, **to_json(verdict)}
    data_path.write_text(json.dumps(content, indent=2), encoding="utf-8")
    return [str(picture_path), str(data_path)]


def draw_report(
    photo: Image.Image, verdict: Verdict, digest: str, texts: Texts, *, with_photo: bool
) -> Image.Image:
    """Draw the report.

    Args:
        photo: `PIL.Image.Image`, RGB, upright.
        verdict: `detector.Verdict` of it.
        digest: sha256 of the photo's file, hex.
        texts: of a language.
        with_photo: whether it shows what was judged, under its heatmap.

    Returns:
        `PIL.Image.Image`, RGB.
    """
    picture = _draw_picture(photo, verdict) if with_photo else None
    lines = [
        words.confidence_words(verdict, texts),
        words.limit(verdict, texts),
        words.subject(verdict, texts),
        words.frame_line(verdict, texts),
        *words.reasons(verdict, texts),
        words.meaning(verdict, texts),
        texts["limits"],
        texts["heatmap_caption"] if with_photo else "",
    ]
    weights = verdict.weights
    hashes = [
        f"{texts['keep_photo']}: {verdict.size[0]}x{verdict.size[1]} px, sha256 {digest}",
        f"{texts['keep_weights']}: {weights.version}, sha256 {weights.sha256}",
    ]
    body, small = _font(20), _font(15)
    wrapped = [part for line in lines if line for part in textwrap.wrap(line, LETTERS)]
    height = 3 * MARGIN + 55 + 30 * len(wrapped) + 26 * len(hashes)
    height += picture.height + 25 if picture else 0
    sheet = Image.new("RGB", (WIDTH, height), "white")
    draw = ImageDraw.Draw(sheet)
    y = MARGIN
    draw.text((MARGIN, y), words.headline(verdict, texts), fill="black", font=_font(34))
    y += 60
    if picture:
        sheet.paste(picture, (MARGIN, y))
        y += picture.height + 25
    for line in wrapped:
        draw.text((MARGIN, y), line, fill=(30, 30, 30), font=body)
        y += 30
    y += 20
    for line in hashes:
        draw.text((MARGIN, y), line, fill=(80, 80, 80), font=small)
        y += 26
    return sheet


def _draw_picture(photo, verdict):
    region = region_around(verdict.crops, photo.size)
    picture, crops = reframe(photo, verdict.crops, region=region, max_side=PICTURE_SIDE)
    picture = overlay(picture, crops)
    # Labels are left out: they are English.
    return draw_boxes(picture, crops, with_labels=False) if len(verdict.faces) > 1 else picture


def _font(size):
    import matplotlib  # for its font, which has more letters than Pillow's; 0.2 s, on request only

    return ImageFont.truetype(f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf", size)
