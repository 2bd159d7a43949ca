"""The plot of docs/benchmarks.md, from the recorded figures.

python -m benchmarks.plot
"""

import json
import textwrap

from benchmarks.table import DOCUMENT

FOLDER = DOCUMENT.with_suffix("")


def draw() -> None:
    """Draw `docs/benchmarks/speed.png`: milliseconds by contender and photo, and our stages."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    speeds, stages = (
        json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("speed", "stages")
    )
    photos = [row["photo"] for row in stages]
    contenders = list(dict.fromkeys(row["contender"] for row in speeds))
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(12, 4.5), layout="constrained")
    height = 0.8 / len(photos)
    for index, photo in enumerate(photos):
        times = [row["ms"] for row in speeds if row["photo"] == photo]
        places = [place + index * height for place in range(len(contenders))]
        left.barh(places, times, height, label=photo)
    left.set_yticks(
        [place + 0.4 - height / 2 for place in range(len(contenders))],
        [textwrap.fill(name.replace("`", ""), 36) for name in contenders],
    )
    left.set(xscale="log", xlabel="milliseconds", title="From a photo's bytes to its verdict")
    left.set_xlim(left=1)  # bars of a log scale say how many times longer from 1 on
    left.xaxis.set_major_formatter("{x:g}")
    left.invert_yaxis()
    left.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=len(photos), frameon=False)
    start = [0.0] * len(photos)
    for stage in [name for name in stages[0] if name not in ("photo", "total")]:
        times = [row[stage] for row in stages]
        right.barh(photos, times, left=start, label=stage)
        start = [before + time for before, time in zip(start, times, strict=True)]
    right.set(xlabel="milliseconds", title="Where the time goes here")
    right.invert_yaxis()
    right.legend(loc="upper right")
    figure.savefig(FOLDER / "speed.png", dpi=120)


if __name__ == "__main__":
    draw()
