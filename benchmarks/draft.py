"""Does a verdict change when a large JPEG is decoded at a part of its size? `detector.large`.

    python -m benchmarks.draft --data data --repeat 200

Validation pictures are enlarged to what a phone takes, 2048 to 4000 px with sensor noise, and saved
as JPEG. Each is judged decoded whole, and as `detector.large` decodes it with several values of its
`GAP`. The yardstick is what saving the photo once more at quality 95 does to the verdict.
"""

import io

import numpy as np
from PIL import Image

from benchmarks import table
from detector import large, load_detector
from detector.photo import load_photo
from train.splits import read_manifest

GAPS = (1.0, 1.25, 1.5, 2.0, 3.0)
NOISE = 6.0  # grey levels, standard deviation


def measure(repeat, data):
    """Yield the table "draft"."""
    detector = load_detector()
    generator = np.random.default_rng(0)
    pictures = read_manifest(data, "Validation")
    changes = {}
    for index in generator.choice(len(pictures), repeat, replace=False):
        content = enlarge(pictures[index].path, generator)
        photo = load_photo(content)
        whole = detector.predict(photo)
        again = detector.predict(load_photo(to_jpeg(photo, quality=95)))
        changes.setdefault("whole, after saving at quality 95", []).append(compare(whole, again))
        for gap in GAPS:
            large.GAP = gap
            found = compare(whole, detector.predict(content))
            changes.setdefault(f"smaller, gap {gap:g}", []).append(found)
    yield "draft", [to_row(name, np.array(found, float)) for name, found in changes.items()]


def to_row(name, found):
    change, labels, conclusive = found.T
    return {
        "decoded": name,
        "P(fake) differs by, mean": f"{change.mean():.4f}",
        "95 % below": f"{np.quantile(change, 0.95):.4f}",
        "other label": f"{labels.mean():.1%}",
        "other conclusiveness": f"{conclusive.mean():.1%}",
    }


def enlarge(path, generator):
    """A data set's picture as a phone might have taken it: JPEG, bytes."""
    side = int(generator.integers(2048, 4001))
    picture = load_photo(path).resize((side, side), Image.Resampling.LANCZOS)
    noise = generator.standard_normal((side, side, 3), np.float32) * NOISE
    noisy = (np.asarray(picture) + noise).clip(0, 255).astype(np.uint8)
    return to_jpeg(Image.fromarray(noisy), quality=92)


def to_jpeg(photo, *, quality):
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def compare(verdict, other):
    """Change of P(fake), whether the label differs, and whether its conclusiveness does."""
    return (
        abs(verdict.fake_probability - other.fake_probability),
        verdict.label != other.label,
        verdict.is_conclusive != other.is_conclusive,
    )


if __name__ == "__main__":
    table.run(__doc__, repeat=200, data="data", measure=measure)
