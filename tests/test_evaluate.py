"""The published figures count what they say they count."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from sklearn import metrics

from testing.server import ROOT
from train.data.corruptions import FAMILIES
from train.data.sources import KAGGLE_SOURCE
from train.evaluation.evaluate import evaluate, record
from train.evaluation.report import to_text
from train.evaluation.stability import RESENDS, flips
from train.metrics import auc, by_group, by_source, intervals, summarise


def verdict(fake_probability, is_conclusive=True):
    label = "Fake" if fake_probability >= 0.5 else "Real"
    return SimpleNamespace(
        fake_probability=fake_probability, label=label, is_conclusive=is_conclusive
    )


# One of four Real is accused; two of three Fake are missed, one of them not conclusively.
LABELS = np.array([0, 0, 0, 0, 1, 1, 1])
VERDICTS = [*map(verdict, (0.1, 0.2, 0.3, 0.9, 0.8, 0.35)), verdict(0.4, is_conclusive=False)]


def test_figures_by_hand():
    """Accused and missed, exchanged, would hide who is harmed."""
    figures = summarise(LABELS, VERDICTS)
    assert figures["pictures"] == 7
    assert figures["confusion matrix"] == [[3, 1], [2, 1]]
    assert figures["accuracy"] == pytest.approx(4 / 7, abs=1e-4)
    assert figures["balanced accuracy"] == pytest.approx((3 / 4 + 1 / 3) / 2, abs=1e-4)
    assert figures["false accusations per 1000 real"] == 250
    assert figures["missed fakes per 1000 fake"] == pytest.approx(666.6667)
    assert figures["auc"] == pytest.approx(9 / 12)
    logs = np.log([0.9, 0.8, 0.7, 0.1, 0.8, 0.35, 0.4])  # of what each was given for its class
    assert figures["log loss"] == pytest.approx(-logs.mean(), abs=1e-4)
    assert figures["conclusive"] == pytest.approx(6 / 7, abs=1e-4)
    assert figures["accuracy of conclusive"] == pytest.approx(4 / 6, abs=1e-4)
    assert figures["per class"]["Fake"] == {"precision": 0.5, "recall": 0.3333, "f1": 0.4}
    assert figures["per class"]["Real"] == {"precision": 0.6, "recall": 0.75, "f1": 0.6667}


def test_no_conclusive_verdict_is_reported_as_none():
    figures = summarise(LABELS, [verdict(v.fake_probability, False) for v in VERDICTS])
    assert (figures["conclusive"], figures["accuracy of conclusive"]) == (0.0, None)
    json.dumps(figures, allow_nan=False)


def test_intervals_hold_the_figure_and_shrink_with_pictures():
    """A figure of a hundred pictures must not look as sure as one of ten thousand."""
    generator = np.random.default_rng(0)
    widths = []
    for count in (100, 1600):
        labels = np.arange(count) % 2
        verdicts = [
            verdict(0.8 if is_right == label else 0.2)
            for label, is_right in zip(labels, generator.random(count) < 0.9, strict=True)
        ]
        figures, ends = summarise(labels, verdicts), intervals(labels, verdicts)
        for name, (low, high) in ends.items():
            assert low <= figures[name] <= high, name
        widths.append(ends["accuracy"][1] - ends["accuracy"][0])
    assert widths[0] == pytest.approx(4 * widths[1], rel=0.35)


def test_frames_of_one_video_count_as_one():
    """Ten copies of a hundred verdicts are a hundred verdicts."""
    generator = np.random.default_rng(0)
    labels = np.arange(1000) // 10 % 2
    hits = np.repeat(generator.random(100) < 0.9, 10)
    verdicts = [verdict(0.8 if h == y else 0.2) for y, h in zip(labels, hits, strict=True)]
    groups = [f"video {index // 10}" for index in range(1000)]

    def width(**options):
        low, high = intervals(labels, verdicts, **options)["accuracy"]
        return high - low

    assert width(groups=groups) == pytest.approx(10**0.5 * width(), rel=0.2)
    half = [name if index < 500 else "" for index, name in enumerate(groups)]
    assert width() < width(groups=half) < width(groups=groups)


def test_auc_is_that_of_scikit_learn():
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 2, 300)
    scores = np.round(generator.normal(labels, 1.5), 1)  # with ties
    assert auc(labels, scores) == pytest.approx(metrics.roc_auc_score(labels, scores))


def test_groups_are_counted_apart():
    """A group that does badly would be hidden by the mean."""
    labels = np.array([0, 1] * 40)
    right, wrong = [verdict(0.1), verdict(0.9)], [verdict(0.9), verdict(0.1)]
    verdicts = right * 30 + wrong * 10
    figures = by_group(labels, verdicts, ["large"] * 60 + ["small"] * 20)
    assert list(figures) == ["large", "small"]
    assert figures["large"] == {
        **{"real": 30, "fake": 30, "accuracy": 1.0, "auc": 1.0, "conclusive": 1.0},
        **{"false accusations per 1000 real": 0, "missed fakes per 1000 fake": 0},
        "conclusive and wrong": 0.0,
    }
    small = figures["small"]
    assert (small["accuracy"], small["conclusive and wrong"]) == (0.0, 1.0)
    assert small["false accusations per 1000 real"] is None  # of ten pictures


# The same photo, resent


def test_flips_by_hand():
    before = [*map(verdict, (0.1, 0.4, 0.9, 0.8)), verdict(0.9, is_conclusive=False)]
    after = [*map(verdict, (0.2, 0.6, 0.1, 0.8)), verdict(0.1, is_conclusive=False)]
    assert flips(before, after) == {
        **{"pictures": 5, "flips": 0.6, "flips of conclusive verdicts": 0.4},
        "mean change": pytest.approx((0.1 + 0.2 + 0.8 + 0.0 + 0.8) / 5),
    }


@pytest.mark.parametrize("name", RESENDS)
def test_a_resent_photo_is_another_one_of_the_same_face(name, photo, detector):
    """A resend that changed nothing would show every verdict stable."""
    box = detector.predict(photo).crops[0].box
    again = RESENDS[name](photo, box)
    assert again.mode == "RGB"
    assert again.size != photo.size or np.any(np.asarray(again) != np.asarray(photo))
    (face,) = detector.predict(again, is_face_crop=True).faces
    assert face.box is not None
    if name == "half size":
        assert again.size == (256, 256)
    if name == "cut close":
        left, top, right, bottom = face.box
        assert max(right - left, bottom - top) > 0.65 * max(again.size)


# What is written


@pytest.fixture(scope="module")
def evaluated(trained, tmp_path_factory):
    """Figures and plots of the tiny network on drawn faces."""
    output = tmp_path_factory.mktemp("evaluation")
    figures = evaluate(trained.weights, data=trained.data, split="Validation", output=output)
    return figures, output


def test_evaluation_says_all_that_is_promised(evaluated):
    figures, output = evaluated
    assert json.loads((output / "evaluation.json").read_text()) == figures
    assert set(figures["stability"]) == set(RESENDS)
    assert set(figures["corruptions"]) == set(FAMILIES)
    pictures = figures["labelled face"]["pictures"]
    assert sum(row["pictures"] for row in figures["sources"].values()) == pictures
    assert set(figures["stability by pool"]) == set(figures["pools"]) == {KAGGLE_SOURCE}
    for groups in (
        figures["face size"],
        figures["framing"]["by face side over picture side"],
        figures["pools"],
    ):
        assert sum(row["real"] + row["fake"] for row in groups.values()) == pictures
    for name in ("confusion", "curves", "reliability", "coverage", "corruptions"):
        with Image.open(output / f"{name}.png") as plot:
            assert min(plot.size) > 200
    with Image.open(output / "plots" / "samples-validation.png") as sheet:
        assert sheet.width > 1500 and sheet.height > 500  # two rows of eight


@pytest.fixture
def pool_of_three():
    """Pictures, labels and verdicts of a pool: half of "made" are caught, half of "new" accused."""
    rows = [
        ("made", 1, (0.8, 0.2)),
        ("new", 0, (0.8, 0.2)),
        ("old", 0, (0.1, 0.1)),
    ]
    pictures, labels, verdicts = [], [], []
    for source, label, probabilities in rows:
        for index in range(40):
            pictures.append(SimpleNamespace(source=source, pool="portraits"))
            labels.append(label)
            verdicts.append(verdict(probabilities[index % 2]))
    return pictures, np.array(labels), verdicts


def test_a_source_of_one_class_is_told_from_its_pool(pool_of_three):
    """Generated portraits of one source have no genuine ones of their own to be told from."""
    pictures, labels, verdicts = pool_of_three
    figures = by_source(labels, verdicts, pictures)
    assert list(figures) == ["made, Fake", "new, Real", "old, Real"]
    made, new = figures["made, Fake"], figures["new, Real"]
    assert made["auc"] == 0.75 and new["auc"] == 0.5 and figures["old, Real"]["auc"] == 1.0
    assert (made["called Fake"], new["called Fake"]) == (0.5, 0.5)
    assert (new["conclusive and right"], new["conclusive and wrong"]) == (0.5, 0.5)
    low, high = new["conclusive and wrong interval"]
    assert low == pytest.approx(0.35, abs=0.01) and high == pytest.approx(0.65, abs=0.01)


def test_table_has_every_figure(evaluated):
    text = to_text(evaluated[0])
    for name in ("accuracy", "auc", "accuracy of conclusive", "log loss", *RESENDS, *FAMILIES):
        assert name in text
    assert "precision       recall           f1     pictures" in text


def test_table_fits_a_terminal(evaluated):
    """Lines of 160 characters break in the middle, and no column stands under its name."""
    text = to_text(evaluated[0])
    assert max(map(len, text.splitlines())) <= 100


def test_sheet_of_samples_cannot_be_committed():
    """Pictures of a data set must not enter the repository with the plots of an evaluation."""
    assert "/docs/evaluation/*/plots/" in (ROOT / ".gitignore").read_text().split()


def test_figures_travel_with_the_weights(weights_copy):
    """Weights whose figures are elsewhere are soon weights without figures."""
    before = json.loads((weights_copy / "detector.json").read_text())
    record(weights_copy, {"split": "Test", "labelled face": {"auc": 0.9}})
    after = json.loads((weights_copy / "detector.json").read_text())
    assert after.pop("metrics") == {**before.pop("metrics"), "test": {"auc": 0.9}}
    assert after == before
    rows = {"mine, Real": {"auc": 0.8}}
    record(weights_copy, {"split": "Validation", "sources": rows})
    metrics = json.loads((weights_copy / "detector.json").read_text())["metrics"]
    assert metrics["by source"] == rows and metrics["test"] == {"auc": 0.9}
