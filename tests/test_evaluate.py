"""The published figures count what they say they count."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from train.evaluate import record, summarise, to_text


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
    assert figures["conclusive"] == pytest.approx(6 / 7, abs=1e-4)
    assert figures["accuracy of conclusive"] == pytest.approx(4 / 6, abs=1e-4)
    assert figures["per class"]["Fake"] == {"precision": 0.5, "recall": 0.3333, "f1": 0.4}
    assert figures["per class"]["Real"] == {"precision": 0.6, "recall": 0.75, "f1": 0.6667}


def test_no_conclusive_verdict_is_reported_as_none():
    figures = summarise(LABELS, [verdict(v.fake_probability, False) for v in VERDICTS])
    assert (figures["conclusive"], figures["accuracy of conclusive"]) == (0.0, None)
    json.dumps(figures, allow_nan=False)


def test_table_has_every_figure():
    figures = summarise(LABELS, VERDICTS)
    text = to_text(
        {
            **{"split": "Test", "model": "1.0.0", "sha256": "0" * 64},
            **{"labelled face": figures, "whole photo": figures},
        }
    )
    for name in ("accuracy", "auc", "false accusations per 1000 real", "accuracy of conclusive"):
        assert name in text


def test_figures_travel_with_the_weights(weights_copy):
    """Weights whose figures are elsewhere are soon weights without figures."""
    before = json.loads((weights_copy / "detector.json").read_text())
    record(weights_copy, {"split": "Test", "labelled face": {"auc": 0.9}})
    after = json.loads((weights_copy / "detector.json").read_text())
    assert after.pop("metrics") == {**before.pop("metrics"), "test": {"auc": 0.9}}
    assert after == before
