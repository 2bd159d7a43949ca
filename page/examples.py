"""The examples of the page: what each is, and whether the model that serves gets it right."""

import functools
from pathlib import Path

from detector import Detector

from .pictures import escape
from .texts import Texts

FOLDER = Path(__file__).resolve().parents[1] / "examples"
# Files and what they are, in the order of "example_names".
EXAMPLES = (
    (FOLDER / "admiral.jpg", "Real"),
    (FOLDER / "generated.jpg", "Fake"),
    (FOLDER / "astronaut-manipulated.jpg", "Fake"),
    (FOLDER / "two-people.jpg", "Fake"),
)


def render_names(detector: Detector, texts: Texts) -> str:
    """Say what the examples are, and of which of them the model is wrong or not sure.

    Args:
        detector: `detector.Detector`.
        texts: of a language.

    Returns:
        HTML; `page.js` gives the buttons of the examples these names.
    """
    items = []
    for index, name in enumerate(texts["example_names"]):
        outcome = _outcome(detector.predict, index, detector.weights.info.sha256)
        remark = f" ({texts[f'example_{outcome}']})" if outcome else ""
        items.append(f"<li>{escape(name + remark)}</li>")
    return f'<ol class="example-names">{"".join(items)}</ol>'


@functools.lru_cache(maxsize=64)
def _outcome(predict, index, sha256):
    """ "missed", "unsure" or "" (right); asked once for the weights with this hash."""
    path, label = EXAMPLES[index]
    verdict = predict(path)
    if verdict.label != label:
        return "missed"
    return "" if verdict.is_conclusive else "unsure"
