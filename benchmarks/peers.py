"""What people would pick instead: each a function from a photo's bytes to its answer."""

import dataclasses
import functools
import io
import warnings
from collections.abc import Callable

import numpy as np

from detector import Detector
from detector.classifier import run_model
from detector.config import WEIGHTS_DIR
from detector.heatmap import grad_cam
from detector.weights import KERAS_FILE, read_spec

ENSEMBLE = ("Xception", "ResNet50V2", "EfficientNetV2B0")  # 53 M parameters
ENSEMBLE_SIDE = 224


def load_peers(ours, judge) -> dict[str, Callable]:
    """The peers by what they use; importing TensorFlow takes seconds.

    Args:
        ours: `detector.Detector`, whose faces and looks one peer shares.
        judge: makes verdict and heatmap of a detector and a photo's bytes; that peer uses it too.
    """
    import keras
    import tensorflow as tf

    model = keras.models.load_model(WEIGHTS_DIR / KERAS_FILE, compile=False)
    side = read_spec(WEIGHTS_DIR).input_size
    layer = model.get_layer("embedding").input._keras_history.operation
    explained = keras.Model(model.inputs, [layer.output, model.output])
    vis = _load_vis(model, layer.name)

    def read(data, side=side):
        picture = keras.utils.load_img(io.BytesIO(data), target_size=(side, side))
        return np.asarray(picture, np.float32)[np.newaxis]

    def predict(data):
        batch = read(data)
        return model.predict(batch, verbose=0), vis(batch)

    def taped(batch):
        with tf.GradientTape() as tape:
            features, logits = explained(batch, training=False)
        weights = tf.reduce_mean(tape.gradient(logits, features), axis=(1, 2), keepdims=True)
        return logits, tf.nn.relu(tf.reduce_sum(weights * features, axis=-1))

    compiled = tf.function(taped)

    def look(crop):  # what `detector.classifier.run_model` makes of the serving network's outputs
        logits, evidence = compiled(tf.constant(crop[np.newaxis].astype(np.float32)))
        return logits.numpy()[0], evidence.numpy()[..., np.newaxis]

    def look_once(data):
        crop = read(data)[0].astype(np.uint8)
        return grad_cam(run_model(ours.weights.model, crop)[1], "Fake")

    same_looks = functools.partial(judge, Detector(dataclasses.replace(ours.weights, model=look)))
    backbones = _build_ensemble(keras)

    def ensemble(data):
        batch = read(data, ENSEMBLE_SIDE)
        return np.mean([backbone.predict(batch, verbose=0) for backbone in backbones])

    return {
        "`model.predict`, tf-keras-vis Grad-CAM": predict,
        "eager call, taped Grad-CAM": lambda data: taped(tf.constant(read(data))),
        "`tf.function`, taped Grad-CAM": lambda data: compiled(tf.constant(read(data))),
        "`tf.function`, taped Grad-CAM, at our faces and looks": same_looks,
        "our serving network, one look at the whole photo": look_once,
        "ensemble of three backbones at 224 px, `predict`, no heatmap": ensemble,
    }


def _load_vis(model, layer):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its SciPy namespace
        from tf_keras_vis.gradcam import Gradcam
    gradcam = Gradcam(model, clone=False)

    def explain(batch):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it finds the structure of Keras 3 inputs odd
            return gradcam(lambda outputs: outputs[:, 0], batch, penultimate_layer=layer)

    return explain


def _build_ensemble(keras):
    shape = (ENSEMBLE_SIDE, ENSEMBLE_SIDE, 3)
    return [
        getattr(keras.applications, name)(
            weights=None, input_shape=shape, classes=1, classifier_activation=None
        )
        for name in ENSEMBLE
    ]
