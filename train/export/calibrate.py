"""Fit the decision parameters on a corrupted validation copy: temperature, bias, conclusiveness."""

import numpy as np
from scipy.optimize import minimize

from detector import CLASSES

from ..metrics import risk_coverage

CONCLUSIVE_ACCURACY = 0.98  # the aim: of conclusive verdicts that many are right
MOST_ACCUSED = 0.05  # of genuine pictures that are called Fake
# Of pictures of origins that a network never saw, by label: the share that may be conclusive, wrong
MOST_CONCLUSIVELY_WRONG = {"Real": 0.01, "Fake": 0.05}


def fit_scaling(logits, labels) -> tuple[float, float]:
    """Fit temperature and bias by maximum likelihood (Platt scaling).

    Args:
        logits: (n,) float, positive is Fake.
        labels: (n,) 0 or 1, Fake is 1.

    Returns:
        temperature and bias; P(fake) is sigmoid(logit / temperature + bias).
    """
    signs = 2.0 * np.asarray(labels) - 1.0

    def loss(parameters):
        log_odds = logits * np.exp(-parameters[0]) + parameters[1]
        return np.logaddexp(0.0, -signs * log_odds).mean()

    result = minimize(loss, x0=[0.0, 0.0], method="Nelder-Mead")
    return float(np.exp(result.x[0])), float(result.x[1])


def lean_to_genuine(logits, labels, *, temperature, bias, accused=MOST_ACCUSED) -> float:
    """Lower a bias until few genuine pictures are called Fake.

    To accuse a genuine photo harms more than to miss a fake, and most photos are genuine: their
    share is one half in validation alone.

    Args:
        logits: (n,) float, positive is Fake.
        labels: (n,) 0 or 1, Fake is 1.
        temperature: of `fit_scaling`.
        bias: of `fit_scaling`.
        accused: 0-1, share of the genuine pictures that may be called Fake.

    Returns:
        The bias, or a lower one.
    """
    highest = np.quantile(np.asarray(logits)[np.asarray(labels) == 0], 1.0 - accused)
    return float(min(bias, -highest / temperature))


def least_conclusive_confidence(confidences, is_right, *, accuracy=CONCLUSIVE_ACCURACY) -> float:
    """The lowest confidence at which verdicts still are as right as aimed for.

    Args:
        confidences: (n,) float, 0.5-1.
        is_right: (n,) bool.
        accuracy: 0-1, aim for the verdicts at or above the returned confidence.

    Returns:
        A confidence, 0.5-1; that of the best-covered point of the risk-coverage curve that
        meets the aim, 0.999 where none does.
    """
    _, accuracies, thresholds = risk_coverage(confidences, is_right)
    meets = np.nonzero(accuracies >= accuracy)[0]
    return float(min(thresholds[meets[-1]], 0.999)) if meets.size else 0.999


def fit_min_confidence(verdicts, labels, *, accuracy=CONCLUSIVE_ACCURACY) -> dict[str, float]:
    """The lowest conclusive confidence of each label: one may be right more often than the other.

    Args:
        verdicts: n pairs of a label and the confidence in it, see `detector.score.decide`.
        labels: (n,) 0 or 1, Fake is 1.
        accuracy: 0-1, aim for the conclusive verdicts of each label.

    Returns:
        A dict, label to confidence, 0.5-1; 0.999 for a label that no verdict has.
    """
    fitted = {}
    for index, name in enumerate(CLASSES):
        of_label = [
            (confidence, truth == index)
            for (label, confidence), truth in zip(verdicts, labels, strict=True)
            if label == name
        ]
        confidences, is_right = np.array(of_label).reshape(-1, 2).T
        fitted[name] = least_conclusive_confidence(confidences, is_right, accuracy=accuracy)
    return fitted


def limit_unseen(probabilities, *, most=MOST_CONCLUSIVELY_WRONG) -> dict[str, float]:
    """The least conclusive confidences at which few pictures of unseen origins are surely wrong.

    Args:
        probabilities: dict, label to a list of arrays of P(fake), one for each left-out source.
        most: dict, label to the share of its pictures that may be conclusive and wrong; every
            source counts alike.

    Returns:
        A dict, label of a verdict to confidence, 0.5-0.999.
    """
    limits = {}
    for label, other in zip(CLASSES, reversed(CLASSES), strict=True):
        # A fake (other) is conclusively and wrongly Real (label) above this confidence in it.
        wrong = [p if label == "Fake" else 1.0 - p for p in probabilities[other]]
        weights = np.concatenate([np.full(len(p), 1.0 / len(p)) for p in wrong]) / len(wrong)
        confidences = np.concatenate(wrong).astype(np.float64)
        order = np.argsort(-confidences)
        allowed = np.cumsum(weights[order]) <= most[other]
        # The surest of those that may not be conclusive: a limit is above it, in four digits.
        surest = confidences[order][allowed.sum()] if not allowed.all() else 0.5
        limits[label] = float(np.clip(np.floor(surest * 1e4 + 1) / 1e4, 0.5, 0.999))
    return limits
