"""Manifest to batches: cut as in serving, jittered and corrupted, the same for the same seed.

A `keras.utils.PyDataset` and not a `tf.data` pipeline, so that one loop trains on TensorFlow,
PyTorch and JAX alike; decoding and corrupting run in threads beside the step.
"""

import dataclasses
import math

import cv2
import keras
import numpy as np
from PIL import Image

from detector import CLASSES
from detector.preprocess import cut, longer_side

from .augment import flip_rotate_zoom
from .blend import blend
from .corruptions import corrupt
from .reduced import SURROUNDINGS, read
from .resaves import draw_side, resave
from .sampling import Slot, draw_epoch
from .sizes import FaceSizes, shrink

MARGIN_JITTER = (0.82, 1.08)  # factors on the margin; wider crops of fakes would not fit their
# picture, those of reals would, and that would tell the label
SHIFT_JITTER = 0.06  # of the square's side: face boxes are a little off
INNER_JITTER = (0.28, 0.75)  # the same where the inside of a face is shown alone

# Edges of a photo that was cut close to the face, or into it: how far the edge lies inside the face
# box, as a share of the box's side. Photos of users are framed so; those of the data set are not.
EDGE_DEPTH = (-0.15, 0.25)

cv2.setNumThreads(1)  # the loader's threads are the parallelism


class FaceBatches(keras.utils.PyDataset):
    """Batches of face crops and labels.

    Args:
        pictures: list of `Picture`.
        config: `TrainConfig`.
        augment: draw epochs (`.sampling.draw_epoch`), and augment as `config.augmentation` says;
            else fixed order and exact crops.
        corrupt_share: 0-1, of the pictures that are degraded.
        limit: at most that many batches an epoch.
        teacher: None, or a `Teacher` that gives `config.teacher_share` of the labels.
    """

    def __init__(
        self, pictures, config, *, augment, corrupt_share, limit=None, teacher=None
    ) -> None:
        super().__init__(workers=2, max_queue_size=16)
        self.pictures = pictures
        self.config = config
        self.augment = augment
        self.corrupt_share = corrupt_share
        self.teacher = teacher
        self.sizes = FaceSizes(pictures) if augment and config.resave_share else None
        batches = math.ceil(len(pictures) / config.batch_size)
        self.length = min(batches, limit or batches)
        self.start_epoch(0)

    def __len__(self) -> int:
        return self.length

    def start_epoch(self, epoch) -> None:
        """Draw order and randomness of an epoch; a resumed run draws what it would have drawn."""
        self.epoch = epoch if self.augment else 0
        self.slots = [Slot(index, index) for index in range(len(self.pictures))]
        if self.augment:
            self.slots = draw_epoch(
                self.pictures,
                np.random.default_rng([self.config.seed, epoch]),
                blend_share=self.config.blend_share,
                pool_weights=self.config.factors_of("pool_weights"),
                source_weights=self.config.factors_of("source_weights"),
            )

    def __getitem__(self, batch) -> tuple[np.ndarray, np.ndarray]:
        """Return crops (n, s, s, 3) uint8, 0-255 RGB, and labels (n, 1) float32, Fake is 1.

        Of a taught batch they are between 0 and 1, and the true labels if rounded.
        """
        size = self.config.batch_size
        slots = self.slots[batch * size : (batch + 1) * size]
        crops = np.stack([self._load(slot) for slot in slots])
        labels = [
            [1 if slot.donor is not None else CLASSES.index(self.pictures[slot.index].label)]
            for slot in slots
        ]
        labels = np.asarray(labels, np.float32)
        if self.teacher:
            labels += self.config.teacher_share * (self.teacher(crops) - labels)
        return crops, labels

    def _load(self, slot):
        seed = [self.config.seed, self.epoch, slot.seed]
        generator = np.random.default_rng(seed)
        config = self.config
        photo, picture = read(self.pictures[slot.index])
        if slot.donor is not None:  # from a generator of its own: the pair is framed alike
            donor, donor_picture = cut_around(*read(self.pictures[slot.donor]))
            photo, picture = cut_around(photo, picture)
            photo, _ = blend(
                photo, picture.box, donor, donor_picture.box, np.random.default_rng([*seed, 1])
            )
        if self.sizes and picture.box:
            own, cell = longer_side(picture.box), (picture.pool, picture.label)
            side = self.sizes.draw(own, *cell, generator)
            if side < own:
                photo, picture = shrink(photo, picture, side)
        margin = config.margin
        is_jittered = self.augment and config.augmentation == "jitter"
        if is_jittered:
            framing, shares = generator.random(), (config.tight_share, config.inner_share)
            is_inside = picture.box and shares[0] <= framing < sum(shares)
            margin *= generator.uniform(*(INNER_JITTER if is_inside else MARGIN_JITTER))
            if picture.box and framing < shares[0]:
                photo, picture = cut_close(photo, picture, generator)
        square = picture.square(margin=margin)
        if is_jittered:
            square = shift(square, photo.size, generator)
        if self.augment and generator.random() < config.resave_share:
            side = draw_side(square, generator, input_size=config.input_size)
            photo = Image.fromarray(resave(photo, square, generator, side=side))
            square = (0, 0, *photo.size)
        if generator.random() < self.corrupt_share:
            # At about the crop's own resolution, as the pictures of Test were, before any resize.
            side = max(16, min(round(square[2] - square[0]), 2 * config.input_size))
            photo = degrade(photo, square, generator, side=side)
            square = (0, 0, *photo.size)
        crop = cut(photo, square, input_size=config.input_size)
        if self.augment and config.augmentation == "flip_rotate_zoom":
            return flip_rotate_zoom(crop, generator)
        is_flipped = is_jittered and generator.random() < 0.5
        return crop[:, ::-1] if is_flipped else crop


def training_batches(pictures, config, *, limit=None, teacher=None) -> FaceBatches:
    """`FaceBatches` as a network learns from them: drawn anew each epoch, augmented, degraded."""
    return FaceBatches(
        pictures,
        config,
        augment=True,
        corrupt_share=config.corrupt_share,
        limit=limit,
        teacher=teacher,
    )


def shift(square, size, generator) -> tuple[float, float, float, float]:
    """Move a square a little, but not out of its photo.

    Args:
        square: left, top, right, bottom in pixels.
        size: (width, height) of the photo.
        generator: `np.random.Generator`.
    """
    left, top, right, _ = square
    side = right - left
    reach = SHIFT_JITTER * side
    x = float(np.clip(left + generator.uniform(-reach, reach), 0.0, max(size[0] - side, 0.0)))
    y = float(np.clip(top + generator.uniform(-reach, reach), 0.0, max(size[1] - side, 0.0)))
    return x, y, min(x + side, size[0]), min(y + side, size[1])


def degrade(photo, square, generator, *, side) -> Image.Image:
    """Cut a square of a photo at that side and degrade it: a square `PIL.Image.Image`, RGB."""
    return Image.fromarray(corrupt(cut(photo, square, input_size=side), generator))


def cut_around(photo, picture) -> tuple:
    """Cut a photo to the surroundings of its face, all that a crop may show of it.

    Args:
        photo: `PIL.Image.Image`, RGB.
        picture: its `Picture`, with a box.

    Returns:
        The part of the photo, and a `Picture` with its size and the box in it.
    """
    left, top, right, bottom = (round(edge) for edge in picture.square(margin=SURROUNDINGS))
    box = tuple(edge - (left, top)[i % 2] for i, edge in enumerate(picture.box))
    photo = photo.crop((left, top, right, bottom))
    return photo, dataclasses.replace(picture, box=box, size=photo.size)


def cut_close(photo, picture, generator) -> tuple:
    """Cut some sides of a photo off, close to the face or through it.

    Args:
        photo: `PIL.Image.Image`, RGB.
        picture: its `Picture`, with a box.
        generator: `np.random.Generator`.

    Returns:
        The rest of the photo, and a `Picture` with size and box of what is left of the face.
    """
    left, top, right, bottom = picture.box
    frame = [0, 0, *photo.size]
    sides = generator.choice(4, size=generator.integers(1, 5), replace=False)
    for side in sides:
        depth = generator.uniform(*EDGE_DEPTH) * (right - left, bottom - top)[side % 2]
        edge = round(picture.box[side] + (depth if side < 2 else -depth))
        frame[side] = min(max(edge, 0), photo.size[side % 2])
    box = (
        max(left - frame[0], 0.0),
        max(top - frame[1], 0.0),
        min(right, frame[2]) - frame[0],
        min(bottom, frame[3]) - frame[1],
    )
    size = (frame[2] - frame[0], frame[3] - frame[1])
    return photo.crop(tuple(frame)), dataclasses.replace(picture, box=box, size=size)
