"""Logit to calibrated probability, label and confidence."""

import math


def calibrate(logit: float, *, temperature: float, bias: float) -> float:
    """Turn a logit into a probability (Platt scaling; Guo et al., ICML 2017, for the temperature).

    Args:
        logit: of the network, positive is Fake.
        temperature: above 0, see `detector.weights.Spec`.
        bias: likewise.

    Returns:
        P(fake), 0-1; 0.5 is the decision threshold.
    """
    log_odds = min(max(logit / temperature + bias, -500.0), 500.0)
    return 1.0 / (1.0 + math.exp(-log_odds))


def decide(fake_probability: float) -> tuple[str, float]:
    """Turn a probability into a label and the confidence in it.

    Args:
        fake_probability: 0-1.

    Returns:
        "Real" or "Fake", and the probability of that label, 0.5-1.
    """
    if fake_probability >= 0.5:
        return "Fake", fake_probability
    return "Real", 1.0 - fake_probability
