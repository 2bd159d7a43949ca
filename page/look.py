"""Theme, style sheet and script of the page."""

import json
from pathlib import Path
from typing import Any

import gradio as gr

from .texts import LANGUAGES

FOLDER = Path(__file__).parent
# Fonts of the visitor's system: none is fetched from elsewhere.
SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "DejaVu Sans", "sans-serif")
MONO = ("ui-monospace", "Consolas", "DejaVu Sans Mono", "monospace")


def launch_options() -> dict[str, Any]:
    """What `demo.launch` takes for the look of the page.

    Returns:
        A dict with `theme`, `css` and `head`.
    """
    theme = gr.themes.Default(
        primary_hue="teal", secondary_hue="slate", neutral_hue="slate", font=SANS, font_mono=MONO
    ).set(
        # AA contrast, which the defaults miss in places (4.5:1 for text).
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
        block_label_text_color="*neutral_700",
        block_label_text_color_dark="*neutral_200",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_300",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_800",
        button_primary_text_color="white",
        # And 3:1 for the edge of a box to tick.
        checkbox_border_color="*neutral_500",
        checkbox_border_color_dark="*neutral_400",
        link_text_color="*primary_800",
        link_text_color_dark="*primary_300",
    )
    languages = json.dumps(list(LANGUAGES))
    script = f"window.detectorLanguages = {languages};\n"
    script += (FOLDER / "page.js").read_text(encoding="utf-8")
    return {
        "theme": theme,
        "css": (FOLDER / "page.css").read_text(encoding="utf-8"),
        "head": f"<script>{script}</script>",
    }
