"""Which pictures are shown, how often, and beside which. Seeded, so that it repeats."""

import collections
import dataclasses

import numpy as np

from detector import CLASSES
from detector.errors import ConfigError


@dataclasses.dataclass(frozen=True)
class Slot:
    """One place of an epoch.

    Attributes:
        index: of the picture in the list.
        seed: of framing and degradation; the two of a pair share it, so that only the forgery
            tells them apart.
        donor: None, or the index of a genuine picture: what is shown then is a fake made of the
            two (`train.data.blend`).
    """

    index: int
    seed: int
    donor: int | None = None


def draw_epoch(
    pictures, generator, *, blend_share, pool_weights=None, source_weights=None
) -> list[Slot]:
    """Draw an epoch that is even by label, and by source within a pool and label.

    A pool's share grows with the square root of the number of its sources: one of many kinds has
    more to teach, but not so much more that one of a single kind is forgotten. `pool_weights`
    gives more to pools that are hard, `source_weights` to sources within one.

    Genuine and forged frames of one group stand side by side, as do a genuine picture and the fake
    that is made of it: what else differs between pictures then tells nothing (Shiohara and
    Yamasaki, CVPR 2022; GenD, arXiv 2508.06248).

    Args:
        pictures: list of `Picture`, of both labels in every pool.
        generator: `np.random.Generator`.
        blend_share: 0-1, of the fakes that are made of genuine pictures.
        pool_weights: None, or a dict of factors on the shares of pools; of others it is 1.
        source_weights: the same of the shares of sources within their pool and label.

    Returns:
        A list of `Slot`, about as many as pictures.
    """
    pools = collections.defaultdict(lambda: collections.defaultdict(list))
    for index, picture in enumerate(pictures):
        pools[picture.pool][picture.label].append(index)
    factors = pool_weights or {}
    weights = {
        pool: factors.get(pool, 1.0)
        * np.sqrt(len({picture.source for picture in pictures if picture.pool == pool}))
        for pool in pools
    }
    units = []  # of (index, donor or None), one or two each
    for pool in sorted(pools):
        quota = int(np.ceil(len(pictures) * weights[pool] / (2 * sum(weights.values()))))
        genuine, forged = pools[pool]["Real"], pools[pool]["Fake"]
        has_face = [index for index in genuine if pictures[index].box]
        blends = round(blend_share * quota) if len(has_face) > 1 else 0
        donors = _draw_evenly(has_face, pictures, blends, generator, source_weights)
        bases = _draw_evenly(has_face, pictures, blends, generator, source_weights)
        units += [((base, None), (base, donor)) for base, donor in zip(bases, donors, strict=True)]
        pairs = _pair_groups(genuine, forged, pictures, quota - blends, generator)
        units += [((one, None), (other, None)) for one, other in pairs]
        rest = quota - blends - len(pairs)
        for members in (genuine, forged):
            units += [
                ((index, None),)
                for index in _draw_evenly(members, pictures, rest, generator, source_weights)
            ]
    seeds = generator.integers(2**31, size=len(units))
    return [
        Slot(int(index), int(seeds[place]), donor)
        for place in generator.permutation(len(units))
        for index, donor in units[place]
    ]


def _draw_evenly(members, pictures, count, generator, weights=None):
    """Draw `count` of the indices, every source as often, every picture of a source likewise."""
    by_source = collections.defaultdict(list)
    for index in members:
        by_source[pictures[index].source].append(index)
    names = sorted(by_source)
    shares = np.cumsum([(weights or {}).get(name, 1.0) for name in names])
    drawn = []
    for source, share in zip(names, shares, strict=True):
        of_source = by_source[source]
        wanted = int(count * share / shares[-1]) - len(drawn)
        rounds = -(-wanted // len(of_source))
        order = [generator.permutation(of_source) for _ in range(rounds)]
        drawn += [int(index) for index in np.concatenate(order)[:wanted]] if order else []
    return [drawn[place] for place in generator.permutation(len(drawn))]


def _pair_groups(genuine, forged, pictures, count, generator):
    """Draw pairs of a genuine and a forged picture of one group, at most `count`."""
    groups = collections.defaultdict(lambda: ([], []))
    for label, members in enumerate((genuine, forged)):
        for index in members:
            if pictures[index].group:
                groups[pictures[index].group][label].append(index)
    both = [groups[name] for name in sorted(groups) if all(groups[name])]
    if not both:
        return []
    rounds = [generator.permutation(len(both)) for _ in range(-(-count // len(both)))]
    return [
        tuple(members[generator.integers(len(members))] for members in both[place])
        for place in np.concatenate(rounds)[:count]
    ]


def check_factors(pictures, config) -> None:
    """Refuse weights of pools and sources that there are not.

    Args:
        pictures: list of `Picture`.
        config: `TrainConfig`.

    Raises:
        ConfigError: it lists those that there are.
    """
    for setting, kind in (("pool_weights", "pool"), ("source_weights", "source")):
        names = {getattr(picture, kind) for picture in pictures}
        if unknown := set(config.factors_of(setting)) - names:
            raise ConfigError(
                f"{setting}: there is no {kind} called {', '.join(sorted(unknown))}. "
                f"There are {', '.join(sorted(names))}."
            )


def leave_out(pictures, names) -> list:
    """Drop the pictures of some sources.

    Args:
        pictures: list of `Picture`.
        names: of sources.

    Returns:
        A list of `Picture`, without pools of which only one class is left.

    Raises:
        ConfigError: there is no source of such a name.
    """
    if unknown := set(names) - {picture.source for picture in pictures}:
        known = ", ".join(sorted({picture.source for picture in pictures}))
        raise ConfigError(f"No source is called {', '.join(sorted(unknown))}. There are {known}.")
    rest = [picture for picture in pictures if picture.source not in names]
    present = {(picture.pool, picture.label) for picture in rest}
    return [p for p in rest if all((p.pool, label) in present for label in CLASSES)]


def choose_evenly(pictures, count, *, seed) -> list:
    """Choose pictures at random, as many of each pool and label, and of each source within them.

    Args:
        pictures: list of `Picture`.
        count: of pictures to choose, 0 for all; less where a source has too few.
        seed: of the choice.

    Returns:
        A list of `Picture`, in the given order.
    """
    if not 0 < count < len(pictures):
        return pictures
    generator = np.random.default_rng(seed)
    cells = collections.defaultdict(list)
    for index, picture in enumerate(pictures):
        cells[picture.pool, picture.label].append(index)
    chosen = {
        index
        for cell in sorted(cells)
        for index in _draw_evenly(cells[cell], pictures, -(-count // len(cells)), generator)
    }
    return [pictures[index] for index in sorted(chosen)]


def choose(pictures, count, *, seed) -> list:
    """Choose pictures at random, of each class the share that it has.

    Args:
        pictures: list of `Picture`.
        count: of pictures to choose, 0 for all; at least one of each class is chosen.
        seed: of the choice.

    Returns:
        A list of `Picture`, in the given order.
    """
    if not 0 < count < len(pictures):
        return pictures
    fakes = sum(picture.label == "Fake" for picture in pictures)
    wanted = min(max(round(count * fakes / len(pictures)), 1), max(count - 1, 1))
    return _draw(pictures, {"Fake": wanted, "Real": max(count - wanted, 1)}, seed=seed)


def undersample(pictures, *, seed) -> list:
    """Leave out pictures of the larger class until both are even.

    Args:
        pictures: list of `Picture`.
        seed: of the choice.

    Returns:
        A list of `Picture`, in the given order.
    """
    counts = collections.Counter(picture.label for picture in pictures)
    return _draw(pictures, dict.fromkeys(CLASSES, min(counts.values())), seed=seed)


def _draw(pictures, counts, *, seed):
    kept = []
    for label in CLASSES:
        indices = [i for i, picture in enumerate(pictures) if picture.label == label]
        generator = np.random.default_rng([seed, CLASSES.index(label)])
        kept.extend(generator.permutation(indices)[: counts[label]])
    return [pictures[i] for i in sorted(kept)]
