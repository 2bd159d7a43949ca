"""What a serving network sees in the pictures of a manifest, clean or degraded.

Faces are found anew in what is judged, as serving will; a face lost to a degradation counts.
"""

import numpy as np
from PIL import Image
from tqdm import tqdm

from detector import CLASSES
from detector.classifier import look_at, run_model
from detector.faces import Face, central_face
from detector.photo import load_photo

from ..data.batches import FaceBatches
from ..data.corruptions import corrupt


def read_photos(pictures, *, corrupt_share, seed=0):
    """Read pictures one by one, degraded or not; the same ones are always degraded the same.

    Args:
        pictures: list of `Picture`.
        corrupt_share: 0-1, of the pictures that are degraded as one of Test is, by their place in
            the list and the seed.
        seed: of the degradations.

    Yields:
        `PIL.Image.Image`, RGB.
    """
    for index, picture in enumerate(tqdm(pictures, desc="judging", unit="picture")):
        photo = load_photo(picture.path)
        if np.random.default_rng([seed, index, 1]).random() < corrupt_share:
            generator = np.random.default_rng([seed, index])
            photo = Image.fromarray(corrupt(np.asarray(photo), generator))
        yield photo


def look_at_pictures(
    model, faces, pictures, *, sets_of_views, input_size, corrupt_share
) -> np.ndarray:
    """Look at pictures as `Detector.predict(photo, is_face_crop=True)` does.

    Args:
        model: `detector.runtime.Network`.
        faces: `detector.faces.search.FaceDetector`.
        pictures: list of `Picture`.
        sets_of_views: each as in `detector.weights.Spec`.
        input_size: likewise.
        corrupt_share: see `read_photos`.

    Returns:
        Logits (k, n): for each set of views, of each picture the mean over those views.
    """
    logits = []
    for photo in read_photos(pictures, corrupt_share=corrupt_share):
        seen = faces.detect(photo)
        face = central_face(seen, photo.size) if seen else Face(None, 0.0)
        logits.append(
            [
                look_at(
                    model,
                    photo,
                    face.box,
                    views=views,
                    input_size=input_size,
                    quarters=face.quarters,
                ).logit
                for views in sets_of_views
            ]
        )
    return np.array(logits).T


def labels_of(pictures) -> np.ndarray:
    """Labels of pictures, (n,) 0 or 1, Fake is 1."""
    return np.array([CLASSES.index(picture.label) for picture in pictures])


def predict_batches(networks, pictures, config, *, corrupt_share) -> tuple[np.ndarray, np.ndarray]:
    """Logits on pictures framed as in training, one look each: what networks are compared by.

    Args:
        networks: list of k `detector.runtime.Network`, which are shown the same crops.
        pictures: list of `Picture`.
        config: `TrainConfig`.
        corrupt_share: 0-1, of the pictures that are degraded.

    Returns:
        logits (k, n) and labels (n,), Fake is 1.
    """
    batches = FaceBatches(pictures, config, augment=False, corrupt_share=corrupt_share)
    logits, labels = [], []
    for index in tqdm(range(len(batches)), desc="validating", unit="batch"):
        crops, batch_labels = batches[index]
        logits.extend([run_model(network, crop)[0] for network in networks] for crop in crops)
        labels.extend(batch_labels[:, 0])
    return np.array(logits).T, np.array(labels)
