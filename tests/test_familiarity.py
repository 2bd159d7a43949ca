"""A photo unlike those of training is found out, by the network that serves."""

import dataclasses

import numpy as np
import pytest

from detector import Detector
from detector.report import to_json, to_sentence
from detector.runtime import Network
from detector.weights import MODEL_FILE, run_model
from train.familiarity import AXES, descriptor, distance, fit_familiarity


@pytest.fixture(scope="module")
def known():
    """What descriptors are like that vary much along some directions and little along others."""
    generator = np.random.default_rng(0)
    mixing = generator.normal(size=(20, 20)) * np.geomspace(3.0, 0.1, 20)
    descriptors = generator.normal(size=(4000, 20)) @ mixing + 5.0
    return fit_familiarity(descriptors), descriptors


def test_pictures_of_training_are_at_distance_one(known):
    familiarity, descriptors = known
    found = np.asarray(distance(descriptors.astype(np.float32), familiarity))
    assert found.shape == (4000, 1)
    assert np.sqrt((found**2).mean()) == pytest.approx(1.0, abs=0.01)


def test_what_is_rare_in_training_is_far(known):
    """A plain distance would call a large but common change strange, and miss a small rare one."""
    familiarity, descriptors = known
    centre = descriptors.mean(axis=0)
    # The same step, in units of the descriptors: along what varies most, and along what does less.
    _, _, axes = np.linalg.svd(descriptors - centre, full_matrices=False)
    common, rare = (
        float(distance((centre + 3.0 * axis)[None].astype(np.float32), familiarity)[0, 0])
        for axis in (axes[0], axes[8])
    )
    assert rare > 1.5 * common


def test_few_pictures_give_few_axes():
    """A quick try on a handful of pictures must not end in a singular matrix."""
    descriptors = np.random.default_rng(0).normal(size=(10, 300))
    descriptors[:, 7] = 1.0  # a channel that never changes
    familiarity = fit_familiarity(descriptors)
    assert familiarity.axes.shape == (300, 5) and AXES > 5
    assert np.isfinite(familiarity.axes).all()


def test_serving_network_gives_the_distance_of_its_layers(tmp_path):
    """The shares that travel with the weights are of distances; the network must give these."""
    import keras

    from train import architectures
    from train.export import convert

    model = architectures.build("tiny", input_size=48)
    describe = keras.Model(model.input, descriptor(model))
    crops = np.random.default_rng(0).integers(0, 256, (6, 48, 48, 3), np.uint8)
    descriptors = np.asarray(describe(crops.astype(np.float32)))
    known = fit_familiarity(descriptors)
    convert(model, tmp_path / MODEL_FILE, known=known)
    network = Network((tmp_path / MODEL_FILE).read_bytes(), name=MODEL_FILE, threads=1)
    served = [run_model(network, crop)[2] for crop in crops]
    assert served == pytest.approx(np.asarray(distance(descriptors, known))[:, 0], rel=1e-2)
    assert min(served) > 0.1
    assert {run_model(network, crop)[3] for crop in crops} == {0.0}  # it looks for no seam


def test_unfamiliar_photo_is_not_conclusive_and_says_so(detector, photo):
    """A confident answer on a photo of a kind that was never seen is worth nothing."""
    verdict = detector.predict(photo)
    (crop,) = verdict.crops
    least = min(crop.familiarity + 0.01, 0.999)
    spec = detector.weights.spec
    strict = dataclasses.replace(
        detector.weights,
        spec=dataclasses.replace(spec, min_familiarity=dict.fromkeys(spec.classes, least)),
    )
    again = Detector(strict).predict(photo)
    assert not again.is_conclusive and "unfamiliar" in again.notes
    assert again.fake_probability == verdict.fake_probability
    assert "unlike the photos" in to_sentence(again)
    assert to_json(again)["faces"][0]["familiarity"] == pytest.approx(crop.familiarity, abs=1e-4)


def test_each_class_has_its_own_limit(detector, photo):
    """Real rests on seeing nothing, which asks for more than seeing something."""
    spec = detector.weights.spec
    assert spec.min_familiarity["Real"] > spec.min_familiarity["Fake"] > 0
    label = detector.predict(photo).label
    other = next(name for name in spec.classes if name != label)
    lax = dataclasses.replace(
        detector.weights,
        spec=dataclasses.replace(spec, min_familiarity={label: 0.0, other: 0.999}),
    )
    assert "unfamiliar" not in Detector(lax).predict(photo).notes


@pytest.fixture
def judge(detector, photo):
    """Judge the photo with weights of which some decision parameters are changed."""

    def judge(**changes):
        spec = dataclasses.replace(detector.weights.spec, **changes)
        return Detector(dataclasses.replace(detector.weights, spec=spec)).predict(photo)

    return judge


@pytest.fixture
def never(detector):
    """Limits of familiarity that no face falls below."""
    return dict.fromkeys(detector.weights.spec.classes, 0.0)


def test_a_real_whose_inside_disagrees_is_not_conclusive(judge, never):
    """A face generated as a whole has no seam, so that its whole looks genuine."""
    real = {"bias": -50.0, "min_familiarity": never}
    agreed = judge(**real, max_inner_excess=1e6)
    assert (agreed.label, agreed.notes) == ("Real", ())
    disagreed = judge(**real, max_inner_excess=-1e6)
    assert (disagreed.label, disagreed.notes) == ("Real", ("inner_face",))
    assert disagreed.fake_probability == agreed.fake_probability
    assert "inside of the face" in to_sentence(disagreed)
    fake = judge(bias=50.0, min_familiarity=never, max_inner_excess=-1e6)
    assert (fake.label, fake.notes) == ("Fake", ())  # a seam that was seen needs no second opinion


def test_a_real_that_looks_pasted_in_is_not_conclusive(judge, never):
    """The network itself was trained to look away from such seams."""
    real = {"bias": -50.0, "min_familiarity": never}
    clean = judge(**real, max_seam=1e6, max_inner_excess=1e6)
    assert (clean.label, clean.notes) == ("Real", ())
    pasted = judge(**real, max_seam=-1e6, max_inner_excess=1e6)
    assert (pasted.label, pasted.notes) == ("Real", ("seam",))
    assert pasted.fake_probability == clean.fake_probability
    assert "pasted in" in to_sentence(pasted)
    fake = judge(**{**real, "bias": 50.0}, max_seam=-1e6)
    assert (fake.label, fake.notes) == ("Fake", ())
