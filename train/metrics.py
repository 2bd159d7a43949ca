"""Verdicts and labels to figures: plain counting, nothing of files or networks.

Labels are arrays (n,) of 0 and 1, Fake is 1; verdicts are n objects with `fake_probability`,
`label` and `is_conclusive`. Rates are 0-1 and rounded to 4 decimals.
"""

import numpy as np
from scipy import stats
from sklearn import metrics

from detector import CLASSES

RESAMPLES = 1000  # of the bootstrap
LEAST_PICTURES = 20  # of a class in a group, below which a rate says nothing


def summarise(labels, verdicts) -> dict:
    """Figures of verdicts against labels.

    Args:
        labels: (n,) 0 or 1, Fake is 1.
        verdicts: n objects with `fake_probability`, `is_conclusive` and `label`.

    Returns:
        A dict; rates are 0-1, `confusion matrix` has true classes as rows, both in `CLASSES` order.
    """
    probabilities, predicted, conclusive = _columns(verdicts)
    is_right = predicted == labels
    matrix = metrics.confusion_matrix(labels, predicted, labels=[0, 1])
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        labels, predicted, labels=[0, 1], zero_division=0.0
    )
    figures = {
        "accuracy": is_right.mean(),
        "balanced accuracy": metrics.balanced_accuracy_score(labels, predicted),
        "auc": auc(labels, probabilities),
        "average precision": metrics.average_precision_score(labels, probabilities),
        "log loss": metrics.log_loss(labels, probabilities, labels=[0, 1]),
        "false accusations per 1000 real": 1000 * matrix[0, 1] / matrix[0].sum(),
        "missed fakes per 1000 fake": 1000 * matrix[1, 0] / matrix[1].sum(),
        "ece": expected_calibration_error(probabilities, labels),
        "conclusive": conclusive.mean(),
        "accuracy of conclusive": is_right[conclusive].mean() if conclusive.any() else None,
    }
    return {
        "pictures": len(labels),
        **{name: None if x is None else round(float(x), 4) for name, x in figures.items()},
        "per class": {
            name: {
                "precision": round(float(precision[i]), 4),
                "recall": round(float(recall[i]), 4),
                "f1": round(float(f1[i]), 4),
            }
            for i, name in enumerate(CLASSES)
        },
        "confusion matrix": matrix.tolist(),
    }


def intervals(labels, verdicts, *, groups=None, seed=0) -> dict:
    """95 % intervals by the percentile bootstrap (Efron, 1979).

    There is none of the calibration error: it grows by resampling, whatever the model.

    Args:
        labels: (n,) 0 or 1.
        verdicts: n verdicts.
        groups: n names of what is drawn as a whole, such as videos, "" for a picture of its own;
            default: each picture is.
        seed: of the resampling.

    Returns:
        A dict: low and high end of each of the rates of `summarise` that a reader compares.
    """
    probabilities, predicted, conclusive = _columns(verdicts)
    units = _units(groups or [""] * len(labels))
    generator = np.random.default_rng(seed)
    draws = []
    for _ in range(RESAMPLES):
        drawn = generator.integers(len(units), size=len(units))
        i = np.concatenate([units[unit] for unit in drawn])
        if labels[i].min() == labels[i].max():
            continue  # one class only, of a handful of pictures
        is_right = predicted[i] == labels[i]
        draws.append(
            {
                "accuracy": is_right.mean(),
                "auc": auc(labels[i], probabilities[i]),
                "false accusations per 1000 real": 1000 * predicted[i][labels[i] == 0].mean(),
                "missed fakes per 1000 fake": 1000 * (1 - predicted[i][labels[i] == 1]).mean(),
                "conclusive": conclusive[i].mean(),
                "accuracy of conclusive": is_right[conclusive[i]].mean()
                if conclusive[i].any()
                else np.nan,
            }
        )
    return {name: _ends([draw[name] for draw in draws]) for name in (draws[0] if draws else ())}


def by_group(labels, verdicts, groups) -> dict:
    """Figures of each group of pictures, such as those with small faces.

    Args:
        labels: (n,) 0 or 1.
        verdicts: n verdicts.
        groups: n names; figures come in the order in which the names first appear.

    Returns:
        A dict of dicts, by name; a figure that needs more pictures of a class is None.
    """
    probabilities, predicted, conclusive = _columns(verdicts)
    groups = np.asarray(groups)
    figures = {}
    for name in dict.fromkeys(groups.tolist()):
        chosen = groups == name
        real, fake = chosen & (labels == 0), chosen & (labels == 1)
        enough = [group.sum() >= LEAST_PICTURES for group in (real, fake)]
        is_right = predicted == labels
        found = {
            "accuracy": is_right[chosen].mean(),
            "auc": auc(labels[chosen], probabilities[chosen]) if all(enough) else None,
            "false accusations per 1000 real": 1000 * predicted[real].mean() if enough[0] else None,
            "missed fakes per 1000 fake": 1000 * (1 - predicted[fake]).mean()
            if enough[1]
            else None,
            "conclusive": conclusive[chosen].mean(),
            "conclusive and wrong": (conclusive & ~is_right)[chosen].mean(),
        }
        figures[name] = {"real": int(real.sum()), "fake": int(fake.sum())} | {
            key: None if value is None else round(float(value), 4) for key, value in found.items()
        }
    return figures


def by_source(labels, verdicts, pictures) -> dict:
    """Figures of each source, told from pictures of the other class in its pool.

    Args:
        labels: (n,) 0 or 1.
        verdicts: n verdicts.
        pictures: n `train.data.manifest.Picture`.

    Returns:
        By source and class, such as "lfw, Real", a dict: "pool", "pictures", "auc" (against the
        other class of the pool), "called Fake", "conclusive and right" and "conclusive and wrong",
        the last three with their 95 % intervals (Wilson, 1927) as "... interval".
    """
    probabilities, predicted, conclusive = _columns(verdicts)
    pools = np.array([picture.pool for picture in pictures])
    sources = np.array([picture.source for picture in pictures])
    figures = {}
    for pool, source, label in sorted(set(zip(pools, sources, labels.tolist(), strict=True))):
        ours = (sources == source) & (labels == label)
        told = ours | ((pools == pool) & (labels != label))
        is_right = predicted == labels
        row = {"pool": str(pool), "pictures": int(ours.sum()), "auc": None}
        if min(ours.sum(), told.sum() - ours.sum()) >= LEAST_PICTURES:
            row["auc"] = round(float(auc(labels[told], probabilities[told])), 4)
        for name, counted in {
            "called Fake": predicted == 1,
            "conclusive and right": conclusive & is_right,
            "conclusive and wrong": conclusive & ~is_right,
        }.items():
            row |= share(name, counted[ours])
        figures[f"{source}, {CLASSES[label]}"] = row
    return figures


def share(name, counted) -> dict:
    """The share of those that count, with its 95 % interval (Wilson, 1927).

    Args:
        name: of the share.
        counted: (n,) bool, at least one.

    Returns:
        A dict: `name`, 0-1, and "`name` interval", its two ends.
    """
    successes, count = int(np.sum(counted)), len(counted)
    interval = stats.binomtest(successes, count).proportion_ci(method="wilson")
    return {
        name: round(successes / count, 4),
        f"{name} interval": [round(float(end), 4) for end in interval],
    }


def auc(labels, scores) -> float:
    """Area under the ROC curve; 30 times faster than scikit-learn's, for the bootstrap.

    Args:
        labels: (n,) 0 or 1, of both classes.
        scores: (n,) float, higher is more likely 1.

    Returns:
        0-1.
    """
    ranks = stats.rankdata(scores)  # Mann-Whitney; ties count half
    fakes = labels.sum()
    return (ranks[labels == 1].sum() - fakes * (fakes + 1) / 2) / (fakes * (len(labels) - fakes))


def risk_coverage(confidences, is_right) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Accuracy of the most confident verdicts, for every coverage.

    Args:
        confidences: (n,) float, 0.5-1.
        is_right: (n,) bool.

    Returns:
        coverage (n,), accuracy among the covered (n,), and the least confidence covered (n,).
    """
    order = np.argsort(-np.asarray(confidences), kind="stable")
    counts = np.arange(1, len(order) + 1)
    accuracy = np.cumsum(np.asarray(is_right)[order]) / counts
    return counts / len(order), accuracy, np.asarray(confidences)[order]


def expected_calibration_error(probabilities, labels, *, bins=15) -> float:
    """Mean gap between confidence and accuracy (Guo et al., ICML 2017), equal-width bins.

    Args:
        probabilities: (n,) P(fake), 0-1.
        labels: (n,) 0 or 1, Fake is 1.
        bins: of the confidence between 0.5 and 1.

    Returns:
        0-1, weighted by the pictures in each bin.
    """
    probabilities, labels = np.asarray(probabilities), np.asarray(labels)
    confidences = np.maximum(probabilities, 1.0 - probabilities)
    is_right = (probabilities >= 0.5) == (labels == 1)
    index = np.minimum(((confidences - 0.5) * 2 * bins).astype(int), bins - 1)
    gaps = [
        abs(confidences[index == i].mean() - is_right[index == i].mean()) * (index == i).mean()
        for i in range(bins)
        if (index == i).any()
    ]
    return float(sum(gaps))


def _units(groups):
    """Indices of each group, and of each picture that has none."""
    names = [group or index for index, group in enumerate(groups)]
    members = {name: [] for name in names}
    for index, name in enumerate(names):
        members[name].append(index)
    return [np.array(indices) for indices in members.values()]


def _ends(values):
    values = [value for value in values if not np.isnan(value)]
    if not values:
        return [None, None]
    return [round(float(end), 4) for end in np.percentile(values, [2.5, 97.5])]


def _columns(verdicts):
    return (
        np.array([verdict.fake_probability for verdict in verdicts]),
        np.array([CLASSES.index(verdict.label) for verdict in verdicts]),
        np.array([verdict.is_conclusive for verdict in verdicts]),
    )
