"""The heatmap is Grad-CAM, of the network that gave the verdict, and lies where it belongs."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from detector import CropVerdict
from detector.classifier import MAP_SIDE, run_model
from detector.config import WEIGHTS_DIR
from detector.errors import MethodError
from detector.explainers import METHODS, explain_more
from detector.heatmap import (
    colourise,
    draw_boxes,
    grad_cam,
    heat_layer,
    overlay,
    reframe,
    region_around,
)
from detector.photo import load_photo
from detector.preprocess import cut
from detector.runtime import Network
from detector.weights import KERAS_FILE, MODEL_FILE, self_test_crops
from testing.server import ROOT


@pytest.fixture(scope="module")
def keras_model():
    import keras

    return keras.models.load_model(WEIGHTS_DIR / KERAS_FILE)


@pytest.fixture(scope="module")
def float_network(keras_model, tmp_path_factory):
    """What would serve if nothing was rounded to eight bits."""
    from train.export.export import convert

    path = tmp_path_factory.mktemp("floats") / MODEL_FILE
    convert(keras_model, path)
    return Network(path.read_bytes(), name=MODEL_FILE, threads=1)


@pytest.fixture
def crops(photo, detector):
    """A face, the same manipulated, and two wave pictures, as the network sees them."""
    size = detector.weights.spec.input_size
    square = detector.predict(photo).crops[0].square
    manipulated = load_photo(ROOT / "examples" / "astronaut-manipulated.jpg")
    faces = [cut(face, square, input_size=size) for face in (photo, manipulated)]
    return [*faces, *self_test_crops(size)]


def crop_verdict(*, square, box=None, label="Fake", heatmap=None):
    return CropVerdict(
        box=box,
        face_confidence=None if box is None else 0.9,
        square=square,
        fake_probability=0.9 if label == "Fake" else 0.1,
        label=label,
        confidence=0.9,
        is_conclusive=True,
        notes=(),
        heatmap=np.ones((4, 4), np.float32) if heatmap is None else heatmap,
    )


@pytest.mark.parametrize("label, sign", [("Fake", 1.0), ("Real", -1.0)])
def test_heatmap_equals_grad_cam_of_tf_keras_vis(crops, float_network, keras_model, label, sign):
    """A map that is not what it says it is explains nothing."""
    from tf_keras_vis.gradcam import Gradcam

    pooling = keras_model.get_layer("embedding")
    oracle = Gradcam(keras_model, clone=False)
    peaks = []
    for crop in crops:
        expected = oracle(
            lambda output: sign * output[:, 0],
            crop[np.newaxis].astype(np.float32),
            penultimate_layer=pooling.input._keras_history.operation.name,
            seek_penultimate_conv_layer=False,  # it would step back over the activation
            expand_cam=False,
            normalize_cam=False,
        )[0]
        expected = np.asarray(expected) / max(np.max(expected), 1e-12)
        _, evidence = run_model(float_network, crop)
        found = grad_cam(evidence, label)
        assert found == pytest.approx(expected, abs=1e-3)
        peaks.append(found.max())
    assert 1.0 in peaks  # maps that are cold all over, as a sure Real has for Fake, show little


def test_serving_network_is_the_training_network(crops, detector, float_network, keras_model):
    """Explanations on request are of the one, verdicts of the other."""
    expected = np.asarray(keras_model(np.stack(crops).astype(np.float32)))[:, 0]
    floats, served = (
        [run_model(network, crop) for crop in crops]
        for network in (float_network, detector.weights.model)
    )
    assert [look[0] for look in floats] == pytest.approx(expected.tolist(), abs=1e-3)
    assert [look[0] for look in served] == pytest.approx(expected.tolist(), abs=0.15)  # rounded
    for before, after in zip(floats, served, strict=True):
        assert np.corrcoef(before[1].ravel(), after[1].ravel())[0, 1] > 0.98


def test_evidence_adds_up_to_the_logit(crops, detector, keras_model):
    """The map shows all that the verdict rests on, but for one constant."""
    bias = float(np.asarray(keras_model.get_layer("logit").bias)[0])
    for crop in crops:
        logit, evidence = run_model(detector.weights.model, crop)
        assert evidence.mean() + bias == pytest.approx(logit, abs=1e-3)


def test_grad_cam_of_the_two_labels_share_no_place():
    evidence = np.array([[2.0, -1.0], [0.0, -4.0]], np.float32)
    assert grad_cam(evidence, "Fake").tolist() == [[1.0, 0.0], [0.0, 0.0]]
    assert grad_cam(evidence, "Real").tolist() == [[0.0, 0.25], [0.0, 1.0]]


@pytest.mark.parametrize("label", ["Real", "Fake"])
def test_no_evidence_gives_a_cold_map(label):
    """Divided by its peak, it would be NaN all over."""
    assert not grad_cam(np.zeros((4, 4), np.float32), label).any()


def test_colours_get_brighter_with_heat():
    """Readable in print and without colour vision."""
    steps = Image.fromarray(np.linspace(0, 255, 64).astype(np.uint8)[np.newaxis])
    brightness = np.asarray(colourise(steps))[0] @ [0.299, 0.587, 0.114]
    assert (np.diff(brightness) >= 0).all() and brightness[-1] - brightness[0] > 200


@pytest.mark.parametrize(
    "square", [(100, 50, 300, 250), (0, 0, 512, 512), (411.6, 400.2, 511.9, 500.5)]
)
def test_overlay_changes_the_judged_square_only(photo, square):
    """Heat beside the face would point at what was never looked at."""
    marked = overlay(photo, [crop_verdict(square=square)])
    assert (marked.mode, marked.size) == (photo.mode, photo.size)
    changed = (np.asarray(marked) != np.asarray(photo)).any(axis=-1)
    left, top, right, bottom = (round(edge) for edge in square)
    assert changed[top:bottom, left:right].mean() > 0.9
    changed[top:bottom, left:right] = False
    assert not changed.any()


def test_overlay_leaves_cold_places_as_they_are(photo):
    cold = np.zeros((4, 4), np.float32)
    marked = overlay(photo, [crop_verdict(square=(100, 50, 300, 250), heatmap=cold)])
    assert np.array_equal(marked, photo)


def test_overlay_puts_heat_at_its_place(photo):
    corner = np.zeros((4, 4), np.float32)
    corner[0, 3] = 1.0  # top right
    grey = Image.new("RGB", photo.size, (90, 90, 90))
    marked = overlay(grey, [crop_verdict(square=(100, 100, 500, 500), heatmap=corner)])
    changed = np.abs(np.asarray(marked, int) - 90).sum(axis=-1)
    assert np.unravel_index(changed.argmax(), changed.shape) == pytest.approx((150, 450), abs=60)
    assert not changed[350:, :250].any()


def test_boxes_are_drawn_in_the_colour_of_the_label(photo):
    """In a group photo it must be seen who is meant."""
    black = Image.new("RGB", (400, 300))
    verdicts = [
        crop_verdict(square=(0, 0, 100, 100), box=(50.0, 60.0, 150.0, 160.0), label="Real"),
        crop_verdict(square=(0, 0, 100, 100), box=(250.0, -20.0, 390.0, 120.0), label="Fake"),
        crop_verdict(square=(0, 0, 100, 100), box=None),
    ]
    marked = draw_boxes(black, verdicts)
    assert (marked.mode, marked.size) == ("RGB", (400, 300))
    red, green, _ = marked.getpixel((100, 160))
    assert green > red
    red, green, _ = marked.getpixel((320, 120))
    assert red > green
    unsure = dataclasses.replace(verdicts[1], is_conclusive=False)
    red, green, _ = draw_boxes(black, [unsure]).getpixel((320, 120))
    assert red > green > 100  # amber
    assert np.asarray(black).max() == 0


def test_overlay_and_boxes_of_a_real_verdict(photo, detector):
    verdict = detector.predict(photo)
    assert draw_boxes(overlay(photo, verdict.crops), verdict.crops).size == photo.size


def test_reframed_photo_keeps_boxes_on_faces(photo):
    """The page shows photos at another scale than they were judged at."""
    crop = crop_verdict(square=(100.0, 50.0, 300.0, 250.0), box=(120.0, 70.0, 280.0, 230.0))
    faceless = dataclasses.replace(crop, box=None)
    small, crops = reframe(photo, [crop, faceless], max_side=256)
    assert small.size == (256, 256)
    assert crops[0].square == (50, 25, 150, 125) and crops[0].box == (60, 35, 140, 115)
    assert crops[1].box is None
    part, crops = reframe(photo, [crop], region=(90, 40, 310, 150), max_side=440)
    assert part.size == (440, 220)
    assert crops[0].square == (20, 20, 420, 420)
    expected = photo.crop((90, 40, 310, 150)).resize(part.size, Image.Resampling.BICUBIC)
    assert np.abs(np.asarray(part, int) - np.asarray(expected, int)).mean() < 2
    shrunk, _ = reframe(photo, [crop], region=(1, 3, 508, 510), max_side=169)  # to a third
    expected = photo.crop((1, 3, 508, 510)).resize(shrunk.size, Image.Resampling.BICUBIC)
    assert np.abs(np.asarray(shrunk, int) - np.asarray(expected, int)).mean() < 4


def test_small_photo_is_not_enlarged_without_end(photo):
    small = photo.resize((80, 64))
    assert reframe(small, [], max_side=1024)[0].size == (160, 128)


@pytest.mark.parametrize(
    "squares, expected",
    [
        ([(100, 100, 200, 200)], (70, 70, 230, 230)),
        ([(0, 20, 100, 120)], (0, 0, 130, 150)),
        ([(10, 10, 110, 110), (300, 200, 350, 250)], (0, 0, 400, 300)),
        ([(100.4, 100.6, 200.2, 200.4)], (70, 70, 231, 231)),
    ],
)
def test_region_holds_every_judged_square_in_whole_pixels(squares, expected):
    crops = [crop_verdict(square=square) for square in squares]
    region = region_around(crops, (400, 300))
    assert region == expected
    assert all(type(edge) is int for edge in region)


def test_heat_layer_is_opaque_where_hot_and_clear_where_cold():
    """The page fades it with a slider; what is cold must stay visible at any setting."""
    corner = np.zeros((4, 4), np.float32)
    corner[0, 3] = 1.0
    layer = heat_layer(corner, side=64)
    alpha = np.asarray(layer)[..., 3]
    assert layer.size == (64, 64) and layer.mode == "RGBA"
    assert alpha[4, 59] > 200 and alpha[40:, :40].max() == 0


@pytest.mark.filterwarnings("ignore:The structure of `inputs`:UserWarning")  # tf-keras-vis 0.8
def test_other_methods_explain_the_same_label(detector, photo):
    """Four maps in the right order, none cold, all of the judged square."""
    crop = detector.predict(photo).crops[0]
    found = dict(explain_more(detector.weights, photo, crop))
    assert tuple(found) == METHODS
    size = detector.weights.spec.input_size
    side = size // 32  # of the last feature map
    expected = [(MAP_SIDE,) * 2, (side, side), (side, side), (size, size)]
    assert [heatmap.shape for heatmap in found.values()] == expected
    for heatmap in found.values():
        assert heatmap.min() >= 0 and heatmap.max() == 1.0
    assert np.abs(found["Score-CAM"] - found["Grad-CAM++"]).max() > 0.05


def test_weights_without_the_training_form_say_so(detector, photo, tmp_path):
    weights = dataclasses.replace(detector.weights, folder=tmp_path)
    methods = explain_more(weights, photo, detector.predict(photo).crops[0])
    assert next(methods)[0] == "Grad-CAM"  # what needs no TensorFlow still comes
    with pytest.raises(MethodError, match=KERAS_FILE):
        next(methods)


def test_weights_that_bring_code_are_not_opened(detector, photo, tmp_path):
    """A repository on the Hub could run anything here, in a layer made of Python code."""
    import keras

    from train.models.architectures import build

    ran = tmp_path / "ran"
    inputs = keras.Input((4,))
    outputs = keras.layers.Lambda(lambda x, path=str(ran): (Path(path).touch(), x)[1])(inputs)
    keras.Model(inputs, outputs).save(tmp_path / KERAS_FILE)
    ran.unlink(missing_ok=True)  # made when the network was
    weights = dataclasses.replace(detector.weights, folder=tmp_path)
    methods = explain_more(weights, photo, detector.predict(photo).crops[0])
    assert next(methods)[0] == "Grad-CAM"
    with pytest.raises(MethodError, match="known layers"):
        next(methods)
    with pytest.raises(ValueError, match="Lambda"):
        build("tiny", input_size=48, backbone_weights=str(tmp_path / KERAS_FILE))
    assert not ran.exists()
