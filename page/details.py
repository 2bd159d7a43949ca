"""What stands beside the verdict, as HTML: facts of the file, the resend check, more methods."""

from collections.abc import Iterable

from PIL import Image

from detector.photo.facts import Facts
from detector.resend import SETTINGS, Resend

from .pictures import data_uri, escape
from .texts import Texts, words


def render_facts(facts: Facts | None, texts: Texts) -> str:
    """Facts of a file as a table.

    Args:
        facts: `detector.photo.facts.Facts`, or None before there is a photo.
        texts: of a language.

    Returns:
        HTML.
    """
    names = ("fact_file", "fact_camera", "fact_software", "fact_generator", "fact_c2pa")
    values = ["-"] * len(names)
    if facts:
        size = f"{facts.width}x{facts.height} px, {facts.bytes / 1024:.0f} KB"
        stated = (facts.camera, facts.software, facts.generator)
        values = [f"{facts.format}, {size}"] + [value or texts["fact_none"] for value in stated]
        values.append(_c2pa(facts, texts))
    rows = [(texts[name], value) for name, value in zip(names, values, strict=True)]
    lines = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in rows
    )
    return (
        f'<section class="facts"><h3>{escape(texts["facts_title"])}</h3>'
        f"<table><tbody>{lines}</tbody></table><p>{escape(texts['facts_note'])}</p></section>"
    )


def _c2pa(facts, texts):
    if not facts.has_c2pa:
        return texts["c2pa_absent"]
    said = texts["c2pa_present"]
    if facts.c2pa_producer:
        said += f" ({facts.c2pa_producer})"
    return f"{said}. {texts['c2pa_generated']}." if facts.c2pa_says_generated else said


def render_resend(check: Resend, texts: Texts) -> str:
    """The resend check as a small chart that is also a table.

    Args:
        check: `detector.resend.Resend`.
        texts: of a language.

    Returns:
        HTML.
    """
    names = [texts["resend_original"]] + [
        texts["resend_setting" if setting.times == 1 else "resend_setting_twice"].format(
            side=setting.max_side, quality=setting.quality
        )
        for setting in SETTINGS
    ]
    lines = []
    for name, verdict in zip(names, (check.original, *check.resent), strict=True):
        fake = verdict.fake_probability
        # Rounded towards the middle: neither 0 % nor 100 % is ever known.
        number = words.percent(max(fake, 0.001), texts)
        lines.append(
            f'<tr><th scope="row">{escape(name)}</th><td class="{words.kind_of(verdict)}">'
            f"{escape(words.headline(verdict, texts))}</td>"
            f'<td class="chart"><span style="width:{100 * fake:.1f}%"></span></td>'
            f"<td>{escape(number)}</td></tr>"
        )
    *heads, last = (escape(text) for text in texts["resend_heads"])
    heads = "".join(f'<th scope="col">{text}</th>' for text in heads)
    heads += f'<th scope="col" colspan="2">{last}</th>'  # over the chart and the number
    return (
        f'<section class="resend" data-outcome="{check.outcome}">'
        f"<h3>{escape(texts['resend_outcomes'][check.outcome])}</h3>"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
        f"<p>{escape(texts['resend_note'])}</p></section>"
    )


def render_methods(pictures: Iterable[tuple[str, Image.Image | None]], texts: Texts) -> str:
    """Heatmaps of several methods side by side.

    Args:
        pictures: (method, `PIL.Image.Image` or None where it is not made yet) pairs.
        texts: of a language.

    Returns:
        HTML.
    """
    figures = []
    for method, picture in pictures:
        about = texts["methods"][method]
        shown = f'<p class="wait">{escape(texts["methods_wait"])}</p>'
        if picture:
            alt = texts["alt_method"].format(method=method)
            shown = f'<img src="{data_uri(picture)}" alt="{escape(alt)}">'
        figures.append(
            f'<figure><div class="square">{shown}</div><figcaption><b>{escape(method)}</b> '
            f"{escape(about)}</figcaption></figure>"
        )
    return (
        f'<section class="methods"><div class="row">{"".join(figures)}</div>'
        f"<p>{escape(texts['methods_note'])}</p></section>"
    )
