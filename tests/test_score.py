"""From the network's number to what people read."""

import itertools
import math

import numpy as np
import pytest

from detector.score import calibrate, decide


@pytest.mark.parametrize("temperature, bias", [(1.0, 0.0), (2.5, -0.7), (0.3, 1.0)])
def test_more_evidence_gives_a_higher_probability(temperature, bias):
    logits = np.linspace(-20, 20, 401) * temperature
    found = [calibrate(logit, temperature=temperature, bias=bias) for logit in logits]
    assert all(low < high for low, high in itertools.pairwise(found))
    assert 0.0 < found[0] < 0.01 and 0.99 < found[-1] < 1.0


def test_calibrate_is_platt_scaling():
    expected = 1 / (1 + math.exp(-(3.0 / 2.0 - 0.5)))
    assert calibrate(3.0, temperature=2.0, bias=-0.5) == pytest.approx(expected)


@pytest.mark.parametrize("logit", [1e4, 1e300, math.inf])
def test_extreme_logits_do_not_overflow(logit):
    """A strange photo must give a verdict, not an OverflowError."""
    assert calibrate(logit, temperature=0.1, bias=0.0) == pytest.approx(1.0)
    assert calibrate(-logit, temperature=0.1, bias=0.0) == pytest.approx(0.0)


@pytest.mark.parametrize(
    "fake_probability, label, confidence",
    [
        (0.0, "Real", 1.0),
        (0.3, "Real", 0.7),
        (0.5, "Fake", 0.5),
        (0.8, "Fake", 0.8),
        (1, "Fake", 1),
    ],
)
def test_decide(fake_probability, label, confidence):
    """Swapped, every genuine photo would be called a fake."""
    assert decide(fake_probability) == (label, pytest.approx(confidence))
