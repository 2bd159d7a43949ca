"""Confidence means what it says: of verdicts given with 90 %, nine in ten are right."""

import numpy as np
import pytest

from train.export.calibrate import (
    fit_min_confidence,
    fit_scaling,
    lean_to_genuine,
    least_conclusive_confidence,
    limit_unseen,
)
from train.metrics import expected_calibration_error, risk_coverage


def draws(count=20_000, seed=0):
    """Log-odds, and labels drawn with exactly these odds."""
    generator = np.random.default_rng(seed)
    log_odds = generator.normal(0.0, 2.0, count)
    labels = (generator.random(count) < 1 / (1 + np.exp(-log_odds))).astype(float)
    return log_odds, labels


@pytest.mark.parametrize("temperature, bias", [(1.0, 0.0), (3.0, 0.0), (0.4, 0.8), (2.0, -1.5)])
def test_scaling_recovers_what_was_hidden(temperature, bias):
    """An overconfident network would tell people "99 %" and be wrong one time in five."""
    log_odds, labels = draws()
    logits = (log_odds - bias) * temperature
    found_temperature, found_bias = fit_scaling(logits, labels)
    assert found_temperature == pytest.approx(temperature, rel=0.05)
    assert found_bias == pytest.approx(bias, abs=0.06)


def test_scaling_of_separated_classes_stays_finite():
    """A tiny validation set may be judged without an error."""
    found = fit_scaling(np.array([-3.0, -2.0, 2.0, 3.0]), np.array([0, 0, 1, 1]))
    assert np.isfinite(found).all() and found[0] > 0


def test_calibrated_draws_have_no_calibration_error():
    log_odds, labels = draws()
    assert expected_calibration_error(1 / (1 + np.exp(-log_odds)), labels) < 0.01
    overconfident = 1 / (1 + np.exp(-3 * log_odds))
    assert expected_calibration_error(overconfident, labels) > 0.05


def test_calibration_error_by_hand():
    """Four verdicts of 0.9, half of them right, and two of 1.0, both right."""
    probabilities = np.array([0.9, 0.9, 0.1, 0.1, 1.0, 0.0])
    labels = np.array([1, 0, 0, 1, 1, 0])
    assert expected_calibration_error(probabilities, labels) == pytest.approx(4 / 6 * 0.4)


def test_risk_coverage_by_hand():
    confidences = [0.6, 0.99, 0.7, 0.9]
    is_right = [True, True, False, True]
    coverage, accuracy, thresholds = risk_coverage(confidences, is_right)
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert accuracy == pytest.approx([1.0, 1.0, 2 / 3, 3 / 4])
    assert thresholds.tolist() == [0.99, 0.9, 0.7, 0.6]


@pytest.mark.parametrize("aim, expected", [(1.0, 0.9), (0.75, 0.6), (0.7, 0.6), (0.0, 0.6)])
def test_least_conclusive_confidence_by_hand(aim, expected):
    """Too low, unsure verdicts pass as sure; too high, hardly any verdict is given."""
    confidences, is_right = [0.6, 0.99, 0.7, 0.9], [True, True, False, True]
    assert least_conclusive_confidence(confidences, is_right, accuracy=aim) == expected


def test_conclusive_verdicts_are_as_right_as_aimed_for():
    log_odds, labels = draws()
    probabilities = 1 / (1 + np.exp(-log_odds))
    confidences = np.maximum(probabilities, 1 - probabilities)
    is_right = (probabilities >= 0.5) == (labels == 1)
    least = least_conclusive_confidence(confidences, is_right, accuracy=0.95)
    conclusive = confidences >= least
    assert is_right[conclusive].mean() >= 0.95
    assert conclusive.mean() > 0.2


def test_hopeless_model_is_hardly_ever_conclusive():
    assert least_conclusive_confidence([0.9, 0.8], [False, False]) == 0.999


def test_each_label_gets_a_limit_of_its_own():
    """Fitted together, a label that is often wrong would hide behind the other."""
    verdicts = [("Real", 0.6), ("Real", 0.9), ("Fake", 0.99), ("Fake", 0.8), ("Fake", 0.7)]
    labels = np.array([0, 0, 1, 0, 1])
    assert fit_min_confidence(verdicts, labels, accuracy=0.9) == {"Real": 0.6, "Fake": 0.99}
    assert fit_min_confidence(verdicts, 1 - labels, accuracy=0.9) == {"Real": 0.999, "Fake": 0.999}


def test_few_genuine_pictures_are_accused():
    """Calibrated for as many fakes as genuine photos, a detector accuses more than it may."""
    log_odds, labels = draws()
    genuine = log_odds[labels == 0]
    assert (genuine >= 0).mean() > 0.05
    bias = lean_to_genuine(log_odds, labels, temperature=2.0, bias=0.0)
    assert (genuine / 2.0 + bias > 0).mean() == pytest.approx(0.05, abs=0.005)
    assert lean_to_genuine(log_odds, labels, temperature=2.0, bias=-99.0) == -99.0


def test_unseen_fakes_are_seldom_surely_real():
    """A left-out source of many pictures must not outvote one of few."""
    passing, caught = np.full(10, 0.02), np.linspace(0.3, 0.9, 1000)
    genuine = [np.linspace(0.0, 0.8, 101)]
    limits = limit_unseen({"Fake": [passing, caught], "Real": genuine})
    assert limits["Real"] == 0.9801  # half of all, by source: above it none is
    assert limits["Fake"] == pytest.approx(0.792, abs=0.01)
    assert limit_unseen({"Fake": [caught], "Real": genuine})["Real"] == pytest.approx(
        0.67, abs=0.01
    )


@pytest.mark.parametrize("verdicts", [[], [("Real", 0.7)]])
def test_a_label_without_verdicts_is_hardly_ever_conclusive(verdicts):
    """Nothing is known of how right it would be."""
    found = fit_min_confidence(verdicts, np.zeros(len(verdicts)))
    assert found == {"Real": 0.7 if verdicts else 0.999, "Fake": 0.999}
