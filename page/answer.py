"""A verdict as the HTML of the page: headline, confidence, one limit, and a picture per face.

`page.js` adds what moves: choosing a face, and showing and hiding the heatmap.
"""

import json
import urllib.parse

from PIL import Image

from detector import Verdict
from detector.config import ISSUES_URL
from detector.heatmap import COLOURS, heat_layer, reframe, region_around
from detector.preprocess import Box

from .pictures import data_uri, escape
from .texts import Texts, words

CLOSE_UP_SIDES = (640, 400)  # pixels; of a single face, and of each of several
OVERVIEW_SIDE = 900


def render_empty(texts: Texts) -> str:
    """What stands in the place of an answer before there is one."""
    return f'<div class="answer empty"><p>{escape(texts["answer_empty"])}</p></div>'


def render_refusal(sentence: str, texts: Texts) -> str:
    """What stands there if the photo cannot be judged.

    Args:
        sentence: of the error, in that language.
        texts: of a language.

    Returns:
        HTML.
    """
    title = texts["error_title"]
    return (
        f'<div class="answer empty refusal" data-announce="{escape(f"{title}. {sentence}")}">'
        f"<p><b>{escape(title)}.</b> {escape(sentence)}</p></div>"
    )


def render_answer(photo: Image.Image, verdict: Verdict, texts: Texts) -> str:
    """The answer as HTML.

    Args:
        photo: `PIL.Image.Image`, RGB, upright.
        verdict: `detector.Verdict` of it.
        texts: of a language.

    Returns:
        HTML; pictures are inside it.
    """
    kind = words.kind_of(verdict)
    whom = " ".join(filter(None, (words.subject(verdict, texts), words.frame_line(verdict, texts))))
    said = f"{words.headline(verdict, texts)}. {words.confidence_words(verdict, texts)}. {whom}"
    shown = [text for text in (whom, _reason(verdict, texts), words.limit(verdict, texts)) if text]
    faces = verdict.crops
    chosen = max(range(len(faces)), key=lambda i: _decides(verdict, faces[i]))
    parts = [
        # Of a genuine photo the heatmap shows nothing that helps: it waits until it is asked for.
        f'<article class="answer {kind}{" heat" if verdict.label == "Fake" else ""}" '
        f'data-announce="{escape(said)}" data-said="{escape(_share_text(verdict, texts))}">',
        f'<h2 class="headline">{escape(words.headline(verdict, texts))}</h2>',
        _confidence(verdict, texts),
        *(f"<p>{escape(text)}</p>" for text in shown),
        _overview(photo, faces, chosen, texts) if len(faces) > 1 else "",
        *(
            _face(photo, crop, i, count=len(faces), is_shown=i == chosen, texts=texts)
            for i, crop in enumerate(faces)
        ),
        heatmap_switch(verdict.label == "Fake", texts),
        _explanation(verdict, texts),
        "</article>",
    ]
    return "".join(parts)


def _reason(verdict, texts):
    """Why there is no conclusive answer, where it is more than that the model is not sure."""
    if set(verdict.notes) <= {"low_confidence"}:
        return ""
    return words.reasons(verdict, texts)[0]


def _share_text(verdict, texts):
    """The answer in a line to send on; the script puts the page's address in its place."""
    return texts["share_text"].format(
        headline=words.headline(verdict, texts),
        confidence=words.confidence_words(verdict, texts),
        limit=words.limit(verdict, texts),
        address="{address}",
    )


def _decides(verdict, crop):
    return (crop.fake_probability == verdict.fake_probability, crop.is_conclusive)


def _confidence(judged, texts):
    width = 100 * (judged.confidence - 0.5) / 0.5  # half the bar would say "half sure" of a guess
    return (
        f'<p class="confidence">{escape(words.confidence_words(judged, texts))}</p>'
        f'<div class="bar {words.kind_of(judged)}" aria-hidden="true">'
        f'<span style="width:{width:.1f}%"></span></div>'
    )


def _overview(photo, crops, chosen, texts):
    picture, moved = reframe(photo, crops, max_side=OVERVIEW_SIDE, max_enlargement=1.0)
    boxes = []
    for number, crop in enumerate(moved, start=1):
        label = texts["choose_face"].format(
            number=number,
            headline=words.headline(crop, texts),
            confidence=words.confidence_words(crop, texts),
        )
        where = place(inside(crop.box, picture.size), picture.size)
        boxes.append(
            f'<button type="button" class="box {words.kind_of(crop)}" data-face="{number - 1}" '
            f'aria-pressed="{str(number - 1 == chosen).lower()}" aria-label="{escape(label)}" '
            f'title="{escape(label)}" style="{where}">'
            f"<span>{number}</span></button>"
        )
    alt = texts["alt_overview"].format(count=len(crops))
    return (
        f'<p class="hint">{escape(texts["choose_hint"])}</p>'
        f'<div class="frame"><div class="stack" style="{ratio(picture)}">'
        f'<img src="{data_uri(picture)}" alt="{escape(alt)}">{"".join(boxes)}</div></div>'
    )


def _face(photo, crop, index, *, count, is_shown, texts):
    region = region_around([crop], photo.size)
    side = CLOSE_UP_SIDES[count > 1]
    # The browser enlarges what is smaller.
    picture, [moved] = reframe(photo, [crop], region=region, max_side=side, max_enlargement=1.0)
    alt = words.alternative_text(crop, number=index + 1, count=count, texts=texts)
    title = ""
    if count > 1:
        name = texts["face_title"].format(number=index + 1)
        reason = _reason(crop, texts)
        title = (
            f'<h3 class="{words.kind_of(crop)}">{escape(name)}: '
            f"{escape(words.headline(crop, texts))}</h3>{_confidence(crop, texts)}"
            + (f"<p>{escape(reason)}</p>" if reason else "")
        )
    return (
        f'<figure class="face" data-shows="{index}"{"" if is_shown else " hidden"}>{title}'
        f'<div class="frame"><div class="stack" style="{ratio(picture)}">'
        f'<img src="{data_uri(picture)}" alt="{escape(alt)}">'
        f'<img class="heat" src="{data_uri(heat_layer(crop.heatmap))}" alt="" '
        f'style="{place(moved.square, picture.size)}"></div></div></figure>'
    )


def heatmap_switch(is_on: bool, texts: Texts) -> str:
    """A button that shows and hides heatmaps, and what their colours mean, as HTML."""
    # As transparent as `heat_layer` is there.
    steps = (len(COLOURS) - 1) / 100
    colours = ",".join(
        f"rgb({r} {g} {b} / {i / steps:.0f}%)" for i, (r, g, b) in enumerate(COLOURS)
    )
    return (
        '<div class="scale"><button type="button" class="switch" '
        f'aria-pressed="{str(is_on).lower()}">{escape(texts["heatmap"])}</button>'
        f'<span class="legend" aria-hidden="true">{escape(texts["scale_cold"])}'
        f'<i style="background:linear-gradient(to right,{colours})"></i>'
        f"{escape(texts['scale_hot'])}</span></div>"
    )


def _explanation(verdict, texts):
    sentences = (
        words.meaning(verdict, texts),
        *words.reasons(verdict, texts),
        texts["limits"],
        texts["heatmap_caption"],
    )
    return (
        f"<details><summary>{escape(texts['what_means'])}</summary>"
        + "".join(f"<p>{escape(text)}</p>" for text in sentences)
        + f"{_report_link(verdict, texts)}</details>"
    )


def _report_link(verdict, texts):
    if not ISSUES_URL:
        return ""
    body = texts["report_body"].format(
        label=verdict.label,
        probability=f"{verdict.fake_probability:.4f}",
        notes=", ".join(verdict.notes) or "-",
        faces=json.dumps([round(face.fake_probability, 4) for face in verdict.faces]),
        size="x".join(map(str, verdict.size)),
        weights=f"{verdict.weights.version}, sha256 {verdict.weights.sha256}",
    )
    # GitHub and its kin read "body", discussions of the Hub read "description".
    field = "description" if "huggingface.co" in ISSUES_URL else "body"
    query = urllib.parse.urlencode(
        {"title": texts["report_title"].format(label=verdict.label), field: body}
    )
    return (
        f'<p><a class="report-link" href="{escape(ISSUES_URL)}?{escape(query)}" target="_blank" '
        f'rel="noopener noreferrer">{escape(texts["report_link"])}</a></p>'
    )


def ratio(picture: Image.Image) -> str:
    """The shape of a picture as a style of its `stack`."""
    return f"--ratio:{picture.width / picture.height:.4f}"


def inside(box, size: tuple[int, int]) -> Box:
    """The part of a box that is in a picture of that (width, height)."""
    # A box may reach over the edge of the photo, where it would lie over the text.
    left, top, right, bottom = (min(max(edge, 0), size[i % 2]) for i, edge in enumerate(box))
    return left, top, right, bottom


def place(edges: Box, size: tuple[int, int]) -> str:
    """Left, top, right, bottom in a picture of that (width, height) as a style."""
    left, top, right, bottom = edges
    shares = (left / size[0], top / size[1], (right - left) / size[0], (bottom - top) / size[1])
    return "left:{:.2%};top:{:.2%};width:{:.2%};height:{:.2%}".format(*shares)
