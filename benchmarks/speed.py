"""Time one photo from bytes to verdict and heatmap, beside what a Keras user would write.

    python -m benchmarks.speed

Ours and the peer take turns in one run; figures are medians in milliseconds. The peer opens the
photo with `load_img`, calls `model.predict` on the same network and asks tf-keras-vis for Grad-CAM;
it looks for no faces, so it does less.
"""

import argparse
import io
import itertools
import statistics
import time
import warnings

import numpy as np
from PIL import Image

from detector import load_detector
from detector.explain import overlay, reframe, region_around
from detector.photo import load_photo
from detector.views import look_at
from detector.weights import KERAS_FILE

SIZES = {"256x256": (256, 256), "640x480": (640, 480), "4000x3000": (4000, 3000)}
PORTRAIT = "examples/astronaut.jpg"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=15)
    options = parser.parse_args()
    detector = load_detector()
    peer = load_peer(detector)
    print("| photo | decode | faces | views | heatmap | total | Keras peer | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for name, size in SIZES.items():
        data = make_photo(size)
        stages, peers = [], []
        time_ours(detector, data), peer(data)  # warm up
        for _ in range(options.repeat):
            stages.append(time_ours(detector, data))
            started = time.perf_counter()
            peer(data)
            peers.append(time.perf_counter() - started)
        medians = [1000 * statistics.median(column) for column in zip(*stages, strict=True)]
        total = 1000 * statistics.median(sum(row) for row in stages)
        theirs = 1000 * statistics.median(peers)
        cells = " | ".join(f"{value:.1f}" for value in [*medians, total, theirs])
        print(f"| {name} | {cells} | {theirs / total:.0f} |")


def make_photo(size):
    """A JPEG of that size with one face, as bytes."""
    portrait = Image.open(PORTRAIT)
    photo = Image.new("RGB", size, (90, 110, 130))
    side = min(size)
    photo.paste(portrait.resize((side, side)), ((size[0] - side) // 2, 0))
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def time_ours(detector, data):
    """Seconds of decode, faces, views and heatmap for one photo."""
    spec, weights = detector.weights.spec, detector.weights
    marks = [time.perf_counter()]
    photo = load_photo(data)
    marks.append(time.perf_counter())
    face = weights.faces.detect(photo)[0]
    marks.append(time.perf_counter())
    look_at(weights.model, photo, face.box, views=spec.views, input_size=spec.input_size)
    marks.append(time.perf_counter())
    crops = detector.predict(photo).crops  # not counted
    started = time.perf_counter()
    overlay(*reframe(photo, crops, region=region_around(crops, photo.size), max_side=640))
    heatmap = time.perf_counter() - started
    return [after - before for before, after in itertools.pairwise(marks)] + [heatmap]


def load_peer(detector):
    """A function from bytes to verdict and Grad-CAM, the way Keras examples write it."""
    warnings.simplefilter("ignore")  # tf-keras-vis and its SciPy namespace
    import keras
    from tf_keras_vis.gradcam import Gradcam

    model = keras.models.load_model(detector.weights.folder / KERAS_FILE, compile=False)
    gradcam = Gradcam(model, clone=False)
    size = (detector.weights.spec.input_size,) * 2
    layer = model.get_layer("embedding").input._keras_history.operation

    def judge(data):
        picture = keras.utils.load_img(io.BytesIO(data), target_size=size)
        batch = np.asarray(picture, np.float32)[np.newaxis]
        model.predict(batch, verbose=0)
        return gradcam(lambda outputs: outputs[:, 0], batch, penultimate_layer=layer.name)

    return judge


if __name__ == "__main__":
    main()
