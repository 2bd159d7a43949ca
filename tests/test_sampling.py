"""A quick test sees both classes, even classes are even, and the same seed chooses the same."""

import collections
from pathlib import Path

import numpy as np
import pytest

from detector.errors import ConfigError
from train.config import TrainConfig
from train.data.augment import flip_rotate_zoom
from train.data.manifest import Picture
from train.data.sampling import (
    check_factors,
    choose,
    choose_evenly,
    draw_epoch,
    leave_out,
    undersample,
)


def pictures(*, real, fake):
    names = [("Real", i) for i in range(real)] + [("Fake", i) for i in range(fake)]
    return [
        Picture(Path(f"{label}{i}.png"), "Train", label, f"{label}{i}", None, (64, 64))
        for label, i in names
    ]


def counts(chosen):
    return collections.Counter(picture.label for picture in chosen)


@pytest.mark.parametrize(
    "count, expected",
    [(10, {"Real": 8, "Fake": 2}), (2, {"Real": 1, "Fake": 1}), (50, {"Real": 40, "Fake": 10})],
)
def test_quick_test_keeps_both_classes(count, expected):
    """AUC of one class is no number."""
    assert counts(choose(pictures(real=80, fake=20), count, seed=1)) == expected


@pytest.mark.parametrize("count", [0, 100, 500])
def test_all_pictures_stay_as_they_are(count):
    given = pictures(real=80, fake=20)
    assert choose(given, count, seed=1) == given


def test_choice_repeats_with_its_seed():
    given = pictures(real=80, fake=20)
    assert choose(given, 20, seed=1) == choose(given, 20, seed=1)
    assert choose(given, 20, seed=1) != choose(given, 20, seed=2)


@pytest.mark.parametrize("real, fake", [(80, 20), (20, 80), (30, 30)])
def test_undersampled_classes_are_even(real, fake):
    """A network that sees one class more often learns to say its name."""
    given = pictures(real=real, fake=fake)
    chosen = undersample(given, seed=1)
    assert counts(chosen) == {"Real": min(real, fake), "Fake": min(real, fake)}
    assert len(set(chosen)) == len(chosen) and set(chosen) <= set(given)
    assert undersample(given, seed=1) == chosen


# Augmentation


def test_augmented_crop_keeps_its_subject_and_has_no_black_corner():
    """Black corners would tell augmented pictures, and a subject turned out of sight its label."""
    crop = np.full((64, 64, 3), 200, np.uint8)
    crop[24:40, 24:40] = (250, 90, 90)
    generator = np.random.default_rng(0)
    turned = [flip_rotate_zoom(crop, generator) for _ in range(30)]
    assert all(item.shape == crop.shape and item.dtype == np.uint8 for item in turned)
    assert min(item[..., 0].min() for item in turned) >= 199
    shares = [(item[..., 1] < 145).mean() * 64 * 64 / 256 for item in turned]
    assert 0.6 < min(shares) < 0.9 and 1.1 < max(shares) < 1.45  # zoomed out and in
    assert len({item.tobytes() for item in turned}) == 30


def test_half_of_the_crops_are_flipped():
    crop = np.zeros((64, 64, 3), np.uint8)
    crop[:, :32] = 255
    generator = np.random.default_rng(0)
    flipped = sum(flip_rotate_zoom(crop, generator)[:, 32:].mean() > 127 for _ in range(200))
    assert 70 < flipped < 130


def of_source(source, label, count, *, pool, group=""):
    return [
        Picture(
            Path(f"{source}{i}.png"), "Train", label, f"{source}{label}{i}", (1, 1, 9, 9), (64, 64),
            source=source, pool=pool, group=group and f"{group}{i}",
        )
        for i in range(count)
    ]  # fmt: skip


@pytest.fixture
def pools():
    """A large pool of one source, with groups, and a small one of three, each of one class."""
    return [
        *of_source("video", "Real", 90, pool="video", group="v"),
        *of_source("video", "Fake", 90, pool="video", group="v"),
        *of_source("old", "Real", 16, pool="portraits"),
        *of_source("new", "Real", 4, pool="portraits"),
        *of_source("made", "Fake", 10, pool="portraits"),
    ]


def test_an_epoch_is_even_by_label_and_by_source_within_a_pool(pools):
    """Of a small source too little would be learned, and a large one's look would be the label."""
    slots = draw_epoch(pools, np.random.default_rng(0), blend_share=0.0)
    assert len(slots) == pytest.approx(len(pools), abs=4)
    shown = [pools[slot.index] for slot in slots]
    cells = collections.Counter((picture.pool, picture.label) for picture in shown)
    assert all(cells[pool, "Real"] == cells[pool, "Fake"] for pool in ("video", "portraits"))
    assert cells["portraits", "Real"] / cells["video", "Real"] == pytest.approx(3**0.5, rel=0.03)
    sources = collections.Counter(picture.source for picture in shown)
    assert sources["old"] == pytest.approx(sources["new"], abs=1)
    again = draw_epoch(pools, np.random.default_rng(0), blend_share=0.0)
    assert again == slots != draw_epoch(pools, np.random.default_rng(1), blend_share=0.0)


def test_a_hard_pool_may_have_a_larger_share(pools):
    def shown(**settings):
        slots = draw_epoch(pools, np.random.default_rng(0), blend_share=0.0, **settings)
        shares = collections.Counter(pools[slot.index].pool for slot in slots)
        return {pool: count / len(slots) for pool, count in shares.items()}

    even = shown()
    name = min(even)
    weighted = shown(pool_weights={name: 3.0})
    expected = 3 * even[name] / (1 + 2 * even[name])
    assert weighted[name] == pytest.approx(expected, abs=0.02)
    assert shown(pool_weights={"left out": 3.0}) == even
    check_factors(pools, TrainConfig(pool_weights=f"{name}=3"))
    with pytest.raises(ConfigError, match="no pool called vdeo"):
        check_factors(pools, TrainConfig(pool_weights=f"{name}=3,vdeo=2"))


def test_a_source_may_have_a_larger_share_of_its_pool(pools):
    def shown(**settings):
        slots = draw_epoch(pools, np.random.default_rng(0), blend_share=0.0, **settings)
        return collections.Counter(pools[slot.index].source for slot in slots)

    even, weighted = shown(), shown(source_weights={"old": 3.0})
    assert even["old"] == pytest.approx(even["new"], abs=1)
    assert weighted["old"] == pytest.approx(3 * weighted["new"], abs=3)
    assert weighted["old"] + weighted["new"] == even["old"] + even["new"]
    with pytest.raises(ConfigError, match="source_weights: there is no source called odl"):
        check_factors(pools, TrainConfig(source_weights="odl=3"))


@pytest.mark.parametrize("setting", ["pool_weights", "source_weights"])
@pytest.mark.parametrize("text", ["dfdc", "dfdc=", "dfdc=0", "dfdc=-1", "dfdc=nan", "a=1=2"])
def test_weights_are_said_to_be_wrong(setting, text):
    with pytest.raises(ConfigError, match=f"{setting} must be of the form dfdc=2,web-swaps"):
        TrainConfig(**{setting: text})
    config = TrainConfig(**{setting: "dfdc=2, web-swaps=0.5"})
    assert config.factors_of(setting) == {"dfdc": 2.0, "web-swaps": 0.5}


def test_what_differs_in_the_forgery_alone_stands_side_by_side(pools):
    """Genuine and swapped frames of a video, and a face and its blend, share what chance draws."""
    slots = draw_epoch(pools, np.random.default_rng(0), blend_share=0.3)
    by_seed = collections.defaultdict(list)
    for slot in slots:
        by_seed[slot.seed].append(slot)
    pairs = [of_seed for of_seed in by_seed.values() if len(of_seed) == 2]
    assert pairs and all(slots.index(a) + 1 == slots.index(b) for a, b in pairs)
    blends = [pair for pair in pairs if pair[1].donor is not None]
    assert len(blends) / (len(slots) / 2) == pytest.approx(0.3, abs=0.02)
    for genuine, forged in blends:
        assert genuine.index == forged.index and genuine.donor is None
        assert {pools[i].label for i in (forged.index, forged.donor)} == {"Real"}
    for genuine, forged in (pair for pair in pairs if pair not in blends):
        assert pools[genuine.index].group == pools[forged.index].group
        assert (pools[genuine.index].label, pools[forged.index].label) == ("Real", "Fake")
    of_video = [slot for slot in slots if pools[slot.index].pool == "video"]
    assert all(len(by_seed[slot.seed]) == 2 for slot in of_video)


def test_one_even_source_is_drawn_once_each():
    """A data set of its own is shown as it is, whatever may be laid beside others."""
    slots = draw_epoch(pictures(real=20, fake=20), np.random.default_rng(0), blend_share=0.0)
    assert sorted(slot.index for slot in slots) == list(range(40))


def test_evenly_chosen_pictures_are_of_every_source(pools):
    chosen = choose_evenly(pools, 24, seed=0)
    cells = collections.Counter((picture.pool, picture.label) for picture in chosen)
    assert set(cells.values()) == {6}
    assert {picture.source for picture in chosen} == {"video", "old", "new", "made"}
    assert choose_evenly(pools, 0, seed=0) == pools


def test_a_left_out_source_takes_a_pool_of_one_class_with_it(pools):
    assert {picture.source for picture in leave_out(pools, ["old"])} == {"video", "new", "made"}
    assert {picture.source for picture in leave_out(pools, ["made"])} == {"video"}
    with pytest.raises(ConfigError, match="No source is called neu"):
        leave_out(pools, ["neu"])
