"""Many photos: judged one by one, as a table for people, and as CSV and JSON for machines."""

import collections
import csv
import dataclasses
import io
import json
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

from detector import Detector, Verdict
from detector.errors import PhotoError
from detector.heatmap import reframe
from detector.photo import PhotoLike
from detector.report import to_json

from .pictures import data_uri, escape
from .server.rate_limit import count_photo
from .texts import Texts, error_text, note_text, words

THUMBNAIL_SIDE = 72
KINDS = ("fake", "inconclusive", "real", "failed")
CSV_COLUMNS = (
    *("file", "verdict", "label", "fake_probability", "confidence", "is_conclusive"),
    *("faces", "notes", "error"),
)


@dataclasses.dataclass(frozen=True, eq=False)
class Row:
    """One photo of many: judged, or the error that came instead.

    Attributes:
        file: its name.
        verdict: `detector.Verdict`, or None.
        error: `PhotoError`, or None.
        thumbnail: data URI, or None.
    """

    file: str
    verdict: Verdict | None = None
    error: PhotoError | None = None
    thumbnail: str | None = None


def judge(
    detector: Detector,
    name: str,
    read: Callable[[], PhotoLike],
    *,
    is_face_crop: bool,
    with_thumbnail: bool = False,
) -> Row:
    """Judge one photo of many; what is wrong with it is kept, not raised.

    Args:
        detector: `detector.Detector`.
        name: of the file.
        read: see `page.uploads.list_photos`.
        is_face_crop: see `Detector.predict`.
        with_thumbnail: whether the row shall have one.

    Returns:
        `Row`.
    """
    try:
        count_photo()
        photo, verdict = detector.judge(read(), is_face_crop=is_face_crop)
    except PhotoError as error:
        return Row(name, error=error)
    if not with_thumbnail:
        return Row(name, verdict=verdict)
    small, _ = reframe(photo, (), max_side=THUMBNAIL_SIDE)
    return Row(name, verdict=verdict, thumbnail=data_uri(small, quality=75))


def to_result(rows: Sequence[Row]) -> dict:
    """Rows as plain types; the form is published in `docs/result.schema.json`.

    Args:
        rows: `Row`s.

    Returns:
        A dict with `photos` and `counts`.
    """
    photos = [
        {
            "file": row.file,
            "result": to_json(row.verdict) if row.verdict else None,
            "error": {"code": row.error.code, "message": str(row.error)} if row.error else None,
        }
        for row in rows
    ]
    kinds = [_kind(row) for row in rows]
    counts = {kind: kinds.count(kind) for kind in KINDS}
    return {"photos": photos, "counts": counts}


def to_csv(rows: Sequence[Row]) -> str:
    """Rows as CSV, one line a photo, in the order of the upload."""
    buffer = io.StringIO()
    # Quoted throughout: a spreadsheet that splits at semicolons finds no formula in half a name.
    writer = csv.DictWriter(buffer, CSV_COLUMNS, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writeheader()
    for row in rows:
        line = {"file": _no_formula(row.file), "error": row.error.code if row.error else ""}
        if row.verdict:
            result = to_json(row.verdict)
            line |= {name: result[name] for name in CSV_COLUMNS if name in result}
            line["verdict"] = words.kind_of(row.verdict)
            line["faces"] = len(result["faces"])
            line["notes"] = " ".join(result["notes"])
        writer.writerow(line)
    return buffer.getvalue()


def write_files(rows: Sequence[Row], folder: Path) -> list[str]:
    """Write `verdicts.csv` and `verdicts.json`, and return both paths as text."""
    paths = folder / "verdicts.csv", folder / "verdicts.json"
    paths[0].write_text(to_csv(rows), encoding="utf-8-sig")  # else Excel mangles "Müller"
    paths[1].write_text(json.dumps(to_result(rows), indent=2), encoding="utf-8")
    return [str(path) for path in paths]


def render_empty(texts: Texts) -> str:
    """What stands in the place of the table before there is one."""
    return f'<div class="many empty"><p>{escape(texts["table_empty"])}</p></div>'


def render_table(rows: Sequence[Row], *, count: int, texts: Texts) -> str:
    """The table, the most suspicious photo first, with how far it is and a count of each verdict.

    `page.js` sorts it when a heading is chosen, shows one kind of verdict alone when its count is,
    and opens a photo in the first tab.

    Args:
        rows: `Row`s so far.
        count: of photos in all.
        texts: of a language.

    Returns:
        HTML.
    """
    progress = texts["table_progress"].format(done=len(rows), count=count)
    heads = [f'<th scope="col">{escape(texts["table_heads"][0])}</th>'] + [
        f'<th scope="col"><button type="button" class="sort">{escape(name)}</button></th>'
        for name in texts["table_heads"][1:]
    ]
    counted = collections.Counter(_strength(row) for row in rows)
    said = {"all": texts["table_kinds"]["all"].format(count=len(rows))} | {
        strength: name.format(count=counted[strength])
        for strength, name in texts["table_kinds"].items()
        if counted[strength]
    }
    buttons = "".join(
        f'<button type="button" class="filter" data-kind="{kind}" '
        f'aria-pressed="{str(kind == "all").lower()}">{escape(name)}</button>'
        for kind, name in said.items()
    )
    announce = ""
    if len(rows) == count:
        summary = ", ".join(said.values())
        announce = f' data-announce="{escape(progress)}. {escape(summary)}"'
    order = sorted(range(len(rows)), key=lambda index: _suspicion(rows[index]), reverse=True)
    return (
        f'<section class="many"{announce}>'
        f'<p class="progress"><progress max="{count}" value="{len(rows)}" '
        f'aria-label="{escape(progress)}"></progress> <span>{escape(progress)}</span></p>'
        f'<div class="filters" role="group" aria-label="{escape(texts["table_show"])}">'
        f"{buttons}</div>"
        '<div class="scroll" tabindex="0" role="region" '
        f'aria-label="{escape(texts["tab_many"])}"><table><thead><tr>{"".join(heads)}</tr></thead>'
        f"<tbody>{''.join(_line(rows[index], index, texts) for index in order)}</tbody></table>"
        "</div></section>"
    )


def _kind(row):
    return words.kind_of(row.verdict) if row.verdict else "failed"


def _strength(row):
    return words.strength_of(row.verdict) if row.verdict else "failed"


def _suspicion(row):
    """Conclusive fakes first, then by P(fake); what was not judged comes last."""
    if row.verdict is None:
        return (False, -1.0)
    return (_kind(row) == "fake", row.verdict.fake_probability)


def _line(row, index, texts):
    kind, name = _kind(row), escape(row.file)
    if row.verdict is None:
        said, number, faces, order = texts["table_failed"], "", "", -1
        note = error_text(row.error, texts)
        image = ""
    else:
        order = row.verdict.fake_probability
        label = escape(texts["table_open"].format(file=row.file))
        name = (
            f'<button type="button" class="open" data-row="{index}" title="{label}">{name}</button>'
        )
        said = words.headline(row.verdict, texts)
        number = words.percent(max(order, 0.001), texts)
        faces = len(row.verdict.faces)
        note = ". ".join(note_text(name, texts) for name in row.verdict.notes)
        image = f'<img src="{row.thumbnail}" alt="">' if row.thumbnail else ""
    cells = [
        f'<td class="thumbnail">{image}</td>',
        f'<th scope="row" data-order="{escape(row.file.lower())}">{name}</th>',
        f'<td class="{kind}" data-order="{kind}">{escape(said)}</td>',
        f'<td data-order="{order}" data-numeric>{escape(number)}</td>',
        f'<td data-order="{faces if faces != "" else -1}" data-numeric>{escape(faces)}</td>',
        f'<td data-order="{escape(note)}">{escape(note)}</td>',
    ]
    return f'<tr data-kind="{_strength(row)}">{"".join(cells)}</tr>'


def _no_formula(name):
    # A spreadsheet would run a file name that starts so; wide letters (NFKC) included.
    first = unicodedata.normalize("NFKC", name.lstrip()[:1])
    return f"'{name}" if first.startswith(("=", "+", "-", "@")) else name
