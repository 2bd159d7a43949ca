"""A verdict on a clip as HTML: a sentence, a timeline, the frames, and the worst of each face.

`page.js` shows the frame that is chosen on the timeline, with the slider, or among the worst.
"""

import csv
import io
import itertools
import json
from pathlib import Path

from detector.heatmap import heat_layer, overlay, reframe, region_around
from detector.video import VideoVerdict
from detector.video.report import decisive, show, to_clock, to_json, worst_sample

from .answer import heatmap_switch, inside, place, ratio
from .pictures import data_uri, escape
from .texts import Texts, note_text, words

FRAME_SIDE = 480  # pixels; up to 40 frames are sent
WORST_SIDE = 200
COLUMN_SECONDS = 1.0  # that a column is wide at most, where samples are further apart
CSV_COLUMNS = (
    *("face", "time", "left", "top", "right", "bottom"),
    *("fake_probability", "notes"),
)


def render_empty(texts: Texts) -> str:
    """What stands in the place of an answer before there is one."""
    return f'<div class="watched empty"><p>{escape(texts["clip_empty"])}</p></div>'


def render_progress(said: str, *, done: int = 0, count: int = 1) -> str:
    """How far it is.

    Args:
        said: in words.
        done: frames judged ...
        count: ... of so many.
    """
    return (
        f'<div class="watched"><p class="progress"><progress max="{count}" value="{done}" '
        f'aria-label="{escape(said)}"></progress> <span>{escape(said)}</span></p></div>'
    )


def render_verdict(verdict: VideoVerdict, texts: Texts) -> str:
    """The answer as HTML.

    Args:
        verdict: `detector.video.VideoVerdict`.
        texts: of a language.

    Returns:
        HTML; pictures are inside it.
    """
    kind, headline = words.kind_of(verdict), words.headline(verdict, texts)
    appearance, _ = decisive(verdict)
    sure = words.confidence_words(verdict, texts) if appearance else ""
    clip = verdict.clip
    looked = texts["clip_looked"].format(
        judged=words.number(clip.frames_judged, texts), count=words.number(clip.frames, texts)
    )
    whom = _whom(verdict, texts)
    limit = texts["clip_limit"][words.strength_of(verdict)]
    reasons = [note_text(note, texts) + "." for note in verdict.notes]
    shown = [whom, *reasons, limit, f"{looked} {texts['clip_unchecked']}"]
    said = " ".join(text for text in (f"{headline}.", sure, whom, looked) if text)
    parts = [
        f'<article class="watched {kind} heat" data-announce="{escape(said)}">',
        f'<h2 class="headline">{escape(headline)}</h2>',
        f'<p class="confidence">{escape(sure)}</p>' if sure else "",
        *(f"<p>{escape(text)}</p>" for text in shown if text),
    ]
    if appearance:
        timeline = _timeline(verdict, appearance.worst_time, texts)
        parts += [timeline, _worst(verdict, texts), _table(verdict, texts)]
    return "".join([*parts, "</article>"])


def write_files(verdict: VideoVerdict, folder: Path) -> list[str]:
    """Write `clip.csv`, a line for each sample, and `clip.json`; return both paths as text."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    result = to_json(verdict)
    for number, appearance in enumerate(result["appearances"], start=1):
        for sample in appearance["samples"]:
            judged = sample["fake_probability"], " ".join(sample["notes"])
            writer.writerow([number, sample["time"], *sample["box"], *judged])
    paths = folder / "clip.csv", folder / "clip.json"
    paths[0].write_text(buffer.getvalue(), encoding="utf-8")
    paths[1].write_text(json.dumps(result, indent=2), encoding="utf-8")
    return [str(path) for path in paths]


def clock(seconds: float, texts: Texts) -> str:
    """A time of a clip in a language."""
    return to_clock(seconds).replace(".", texts["decimal_point"])


def _whom(verdict, texts):
    appearance, number = decisive(verdict)
    if appearance is None:
        return ""
    count = len(verdict.appearances)
    if verdict.label == "Real":
        return texts["clip_nobody"].format(count=count)
    return texts["clip_whom"].format(
        number=number,
        count=count,
        start=clock(appearance.start, texts),
        end=clock(appearance.end, texts),
        worst=clock(appearance.worst_time, texts),
    )


def _moments(verdict):
    """Times of the frames that can be shown, and for each the (number of face, sample) pairs."""
    found = {}
    for number, appearance in enumerate(verdict.appearances, start=1):
        for sample in appearance.samples:
            found.setdefault(sample.time, []).append((number, sample))
    return dict(sorted(found.items()))


def _timeline(verdict, worst, texts):
    moments = _moments(verdict)
    order = {time: index for index, time in enumerate(moments)}
    chosen = order[worst]
    duration = max(verdict.clip.duration, max(moments), 0.001)
    cuts = "".join(
        f'<b class="cut" style="left:{cut / duration:.2%}" title="{escape(texts["clip_cut"])} '
        f'{escape(clock(cut, texts))}"></b>'
        for cut in verdict.cuts
    )
    lanes = "".join(
        f'<div class="lane"><span>{escape(texts["face_title"].format(number=number))}</span>'
        f'<div class="track">{_columns(appearance, order, duration)}{cuts}</div></div>'
        for number, appearance in enumerate(verdict.appearances, start=1)
    )
    label = escape(texts["clip_moment"])
    figures = [_figure(moments[time], time, order[time], chosen, texts) for time in moments]
    said = escape(_said(moments[worst], worst, texts))
    return (
        f'<section class="timeline"><h3>{escape(texts["clip_timeline"])}</h3>'
        f'<div aria-hidden="true">{lanes}<p class="ends"><span>0:00</span>'
        f"<span>{escape(clock(verdict.clip.duration, texts))}</span></p></div>"
        f'<input type="range" class="moments" min="0" max="{len(moments) - 1}" value="{chosen}" '
        f'aria-label="{label}" aria-valuetext="{said}">'
        f'<p class="hint">{escape(texts["clip_legend"])}</p>'
        f"{''.join(figures)}{heatmap_switch(True, texts)}</section>"
    )


def _columns(appearance, order, duration):
    """The samples of a face as columns, each from half-way to the one before to half-way on."""
    times = [sample.time for sample in appearance.samples]
    gaps = [after - before for before, after in itertools.pairwise(times)] or [COLUMN_SECONDS]
    columns = []
    for index, sample in enumerate(appearance.samples):
        before, after = gaps[max(index - 1, 0)], gaps[min(index, len(gaps) - 1)]
        left = max(sample.time - min(before, COLUMN_SECONDS) / 2, 0.0)
        right = min(sample.time + min(after, COLUMN_SECONDS) / 2, duration)
        columns.append(
            f'<i class="{_colour(sample.crop)}" data-moment="{order[sample.time]}"'
            f' style="left:{left / duration:.3%};width:{max(right - left, 0) / duration:.3%};'
            f'height:{max(sample.crop.fake_probability, 0.06):.0%}"></i>'
        )
    return "".join(columns)


def _said(faces, time, texts):
    """P(fake) of the (number of face, sample) pairs of a moment, in words."""
    said = [
        texts["clip_said"].format(
            number=number, percent=words.percent(max(sample.crop.fake_probability, 0.001), texts)
        )
        for number, sample in faces
    ]
    return f"{clock(time, texts)}: {', '.join(said)}"


def _figure(faces, time, index, chosen, texts):
    picture = faces[0][1].picture
    crops = [show(sample)[1] for _, sample in faces]
    picture, moved = reframe(picture, crops, max_side=FRAME_SIDE, max_enlargement=1.0)
    alt = texts["clip_alt"].format(time=clock(time, texts))
    said = _said(faces, time, texts)
    layers = "".join(
        f'<img class="heat" src="{data_uri(heat_layer(crop.heatmap, side=64))}" alt="" '
        f'style="{place(crop.square, picture.size)}">'
        f'<span class="box {_colour(crop)}" '
        f'style="{place(inside(crop.box, picture.size), picture.size)}">'
        f"<span>{number}</span></span>"
        for (number, _), crop in zip(faces, moved, strict=True)
    )
    return (
        f'<figure class="moment" data-shows-moment="{index}" data-said="{escape(said)}"'
        f'{"" if index == chosen else " hidden"}><div class="frame"><div class="stack" '
        f'style="{ratio(picture)}"><img src="{data_uri(picture, quality=75)}" alt="{escape(alt)}">'
        f"{layers}</div></div><figcaption>{escape(said)}</figcaption></figure>"
    )


def _colour(crop):
    return "fake" if crop.label == "Fake" and crop.is_conclusive else "inconclusive"


def _worst(verdict, texts):
    order = {time: index for index, time in enumerate(_moments(verdict))}
    buttons = []
    for number, appearance in enumerate(verdict.appearances, start=1):
        sample = worst_sample(appearance)
        picture, crop = show(sample)
        region = region_around([crop], picture.size)
        close_up = overlay(*reframe(picture, [crop], region=region, max_side=WORST_SIDE))
        name = texts["clip_worst_of"].format(
            number=number,
            headline=words.headline(appearance, texts),
            time=clock(sample.time, texts),
        )
        buttons.append(
            f'<button type="button" class="worst" data-moment="{order[sample.time]}">'
            f'<img src="{data_uri(close_up, quality=75)}" alt=""><span>{escape(name)}</span>'
            "</button>"
        )
    title = escape(texts["clip_worst"])
    return f'<section><h3>{title}</h3><div class="row">{"".join(buttons)}</div></section>'


def _table(verdict, texts):
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in texts["clip_heads"])
    lines = []
    for number, appearance in enumerate(verdict.appearances, start=1):
        cells = [
            clock(appearance.start, texts),
            clock(appearance.end, texts),
            words.headline(appearance, texts),
            words.percent(max(appearance.fake_probability, 0.001), texts),
            clock(appearance.worst_time, texts),
            len(appearance.samples),
        ]
        lines.append(
            f'<tr><th scope="row">{number}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            + "</tr>"
        )
    label = escape(texts["clip_table"])
    return (
        f'<section class="many"><h3>{label}</h3><div class="scroll" tabindex="0" role="region" '
        f'aria-label="{label}"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div></section>"
    )
