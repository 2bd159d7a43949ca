"""Every text of the page, by language; a new language is one more file like `english.py`."""

from typing import Any

from detector.errors import ClipError, PhotoError
from detector.report import NOTES

from . import english, german, spanish

Texts = dict[str, Any]  # of a language: by name a text, several by their own names, or a row

# The first is the page at "/".
LANGUAGES: dict[str, Texts] = {
    str(texts["language"]): texts for texts in (english.TEXTS, german.TEXTS, spanish.TEXTS)
}


def error_text(error: PhotoError, texts: Texts) -> str:
    """Say a `PhotoError` in a language.

    Args:
        error: `detector.errors.PhotoError`.
        texts: of a language.

    Returns:
        The sentence for its code; the error's own (English, with figures) where there is none.
    """
    kind = "clip_errors" if isinstance(error, ClipError) else "errors"
    return texts[kind].get(error.code, str(error))


def note_text(note: str, texts: Texts) -> str:
    """Say a note of a verdict in a language; a note not known there is said in English."""
    return texts["notes"].get(note) or NOTES.get(note, note)
