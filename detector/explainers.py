"""Heatmaps by other methods than the one that serves, through tf-keras-vis; for people who ask.

TensorFlow and the training form of the network are loaded at the first call (5-15 s, 1.4 GB), and
never before. The sources: Grad-CAM++ (Chattopadhay et al., WACV 2018), Score-CAM (Wang et al.,
CVPR Workshops 2020), SmoothGrad (Smilkov et al., 2017).
"""

import functools
import os
import threading
from collections.abc import Iterator

import numpy as np
from PIL import Image

from .errors import MethodError
from .preprocess import cut
from .verdict import CropVerdict
from .weights import KERAS_FILE, Weights

METHODS = ("Grad-CAM", "Grad-CAM++", "Score-CAM", "SmoothGrad")
SCORE_CAM_CHANNELS = 24  # of 1,280, those that vary most: 0.5 s instead of 20
SMOOTH_SAMPLES, SMOOTH_NOISE = 8, 0.1  # 3 s on two cores; more change the map little

_lock = threading.Lock()  # one at a time: each takes all processors for seconds


def explain_more(
    weights: Weights, photo: Image.Image, crop: CropVerdict
) -> Iterator[tuple[str, np.ndarray]]:
    """Explain a verdict by every method, one after the other.

    Args:
        weights: `detector.weights.Weights` that gave the verdict.
        photo: `PIL.Image.Image`, RGB, upright.
        crop: `detector.CropVerdict` of that photo.

    Yields:
        A name of `METHODS` and a heatmap (h, w) float32, 0-1, of `crop.square`.

    Raises:
        MethodError: the weights come without the network's training form, or it may not be opened.
    """
    yield METHODS[0], crop.heatmap
    if not (weights.folder / KERAS_FILE).exists():
        raise MethodError(
            f"The weights that serve come without {KERAS_FILE}, which the other methods need. "
            "Restore it, or look at Grad-CAM alone."
        )
    sign = 1.0 if crop.label == "Fake" else -1.0
    size, quarters = weights.spec.input_size, crop.quarters
    picture = cut(photo, crop.square, input_size=size, quarters=quarters)
    picture = picture[np.newaxis].astype(np.float32)
    for method, compute in zip(
        METHODS[1:], (_grad_cam_plus, _score_cam, _smooth_grad), strict=True
    ):
        with _lock:  # not while the result is looked at: who asked may never come back
            heatmap = _scaled(compute(_load(weights.folder), picture, sign))
        yield method, np.rot90(heatmap, -quarters)


@functools.lru_cache(maxsize=1)
def _load(folder):
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    try:
        # In safe mode a file, which may come from anybody's repository, cannot bring code along.
        return keras.models.load_model(folder / KERAS_FILE, compile=False, safe_mode=True)
    except (ValueError, TypeError) as error:
        raise MethodError(
            f"{KERAS_FILE} of the weights that serve is not a network of known layers. Look at "
            "Grad-CAM alone, or serve other weights."
        ) from error


def _settings(model):
    # Of both CAM methods. Named, because tf-keras-vis would step back over the activation to the
    # convolution.
    name = model.get_layer("embedding").input._keras_history.operation.name
    return {
        **{"penultimate_layer": name, "seek_penultimate_conv_layer": False},
        **{"expand_cam": False, "normalize_cam": False},
    }


def _grad_cam_plus(model, picture, sign):
    from tf_keras_vis.gradcam_plus_plus import GradcamPlusPlus

    explain = GradcamPlusPlus(model, clone=False)
    return explain(
        lambda output: sign * output[:, 0],
        picture,
        **_settings(model),
    )[0]


def _score_cam(model, picture, sign):
    import keras
    from tf_keras_vis.scorecam import Scorecam

    # The probability, as in the paper: a logit may be below 0 for every masked picture, and then
    # the map is cold all over.
    explain = Scorecam(model, clone=False)
    return explain(
        lambda output: keras.ops.sigmoid(sign * output[:, 0]),
        picture,
        **_settings(model),
        max_N=SCORE_CAM_CHANNELS,
        training=False,
    )[0]


def _smooth_grad(model, picture, sign):
    from tf_keras_vis.saliency import Saliency

    explain = Saliency(model, clone=False)
    return explain(
        lambda output: sign * output[:, 0],
        picture,
        smooth_samples=SMOOTH_SAMPLES,
        smooth_noise=SMOOTH_NOISE,
        normalize_map=False,
    )[0]


def _scaled(heatmap):
    heatmap = np.maximum(np.asarray(heatmap, np.float32), 0.0)
    peak = float(heatmap.max())
    return heatmap / peak if peak > 0.0 else heatmap
