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
from detector.photo import load_photo
from detector.preprocess import cut

from .augment import flip_rotate_zoom
from .blend import blend
from .corruptions import corrupt

MARGIN_JITTER = (0.82, 1.08)  # factors on the margin; wider crops of fakes would not fit their
# picture, those of reals would, and that would tell the label
SHIFT_JITTER = 0.06  # of the square's side: face boxes are a little off
INNER_JITTER = (0.4, 0.75)  # the same where the inside of a face is shown alone
RESAMPLE_SHARE = 0.5  # of crops brought to a random resolution first: fakes are framed tighter,
RESAMPLE_SIDES = (72, 160)  # so their native resolution would tell the label

# Edges of a photo that was cut close to the face, or into it: how far the edge lies inside the face
# box, as a share of the box's side. Photos of users are framed so; those of the data set are not.
EDGE_DEPTH = (-0.15, 0.25)

cv2.setNumThreads(1)  # the loader's threads are the parallelism


class FaceBatches(keras.utils.PyDataset):
    """Batches of face crops and labels.

    Args:
        pictures: list of `Picture`.
        config: `TrainConfig`.
        augment: shuffle, and augment as `config.augmentation` says, anew each epoch; else fixed
            order and exact crops.
        corrupt_share: 0-1, of the pictures that are degraded.
        limit: at most that many batches an epoch.
    """

    def __init__(self, pictures, config, *, augment, corrupt_share, limit=None):
        super().__init__(workers=2, max_queue_size=16)
        self.pictures = pictures
        self.config = config
        self.augment = augment
        self.corrupt_share = corrupt_share
        batches = math.ceil(len(pictures) / config.batch_size)
        self.length = min(batches, limit or batches)
        self.start_epoch(0)

    def __len__(self):
        return self.length

    def start_epoch(self, epoch):
        """Draw order and randomness of an epoch; a resumed run draws what it would have drawn."""
        self.epoch = epoch if self.augment else 0
        self.order = np.arange(len(self.pictures))
        if self.augment:
            cells = [(picture.pool, picture.label) for picture in self.pictures]
            self.order = balanced_order(cells, np.random.default_rng([self.config.seed, epoch]))

    def __getitem__(self, batch):
        """Return crops (n, s, s, 3) uint8, 0-255 RGB, and labels (n, 1) float32, Fake is 1."""
        size = self.config.batch_size
        indices = self.order[batch * size : (batch + 1) * size]
        crops = np.stack([self._load(int(index), indices) for index in indices])
        labels = [[CLASSES.index(self.pictures[index].label)] for index in indices]
        return crops, np.asarray(labels, np.float32)

    def _load(self, index, batch):
        generator = self._generator(index)
        picture = self.pictures[index]
        margin = self.config.margin
        is_jittered = self.augment and self.config.augmentation == "jitter"
        may_be_blend = is_jittered and self.config.blend_share and picture.label == "Fake"
        genuine = self._genuine(batch, pool=picture.pool) if may_be_blend else ()
        is_blend = len(genuine) > 1 and generator.random() < self.config.blend_share
        if is_blend:
            index, donor = generator.choice(genuine, 2, replace=False)
            picture, donor = self.pictures[index], self.pictures[donor]
            photo, other = load_photo(picture.path), load_photo(donor.path)
            photo = blend(photo, picture.box, other, donor.box, generator)
            # Framed and degraded like its original in the same batch: all they differ in is a seam.
            generator = self._generator(index)
        else:
            photo = load_photo(picture.path)
        if is_jittered:
            framing, shares = generator.random(), (self.config.tight_share, self.config.inner_share)
            # The inside of a blend is that of a genuine face.
            is_inside = picture.box and not is_blend and shares[0] <= framing < sum(shares)
            margin *= generator.uniform(*(INNER_JITTER if is_inside else MARGIN_JITTER))
            if picture.box and framing < shares[0]:
                photo, picture = cut_close(photo, picture, generator)
        left, top, right, bottom = picture.square(margin=margin)
        if is_jittered:
            reach = SHIFT_JITTER * (right - left)
            x = np.clip(generator.uniform(-reach, reach), -left, photo.width - right)
            y = np.clip(generator.uniform(-reach, reach), -top, photo.height - bottom)
            left, top, right, bottom = left + x, top + y, right + x, bottom + y
        if generator.random() < self.corrupt_share:
            side = round(right - left)
            if is_jittered and generator.random() < RESAMPLE_SHARE:
                side = int(generator.integers(*RESAMPLE_SIDES))
            # At the crop's own resolution, as the pictures of Test were degraded before any resize.
            native = cut(photo, (left, top, right, bottom), input_size=side)
            photo = Image.fromarray(corrupt(native, generator))
            left, top, right, bottom = 0, 0, *photo.size
        crop = cut(photo, (left, top, right, bottom), input_size=self.config.input_size)
        if self.augment and self.config.augmentation == "flip_rotate_zoom":
            return flip_rotate_zoom(crop, generator)
        is_flipped = is_jittered and generator.random() < 0.5
        return crop[:, ::-1] if is_flipped else crop

    def _generator(self, index):
        return np.random.default_rng([self.config.seed, self.epoch, index])

    def _genuine(self, batch, *, pool):
        """Indices of the faces in a batch that fakes can be made of."""
        return [
            index
            for index in batch
            if self.pictures[index].label == "Real"
            and self.pictures[index].box
            and self.pictures[index].pool == pool
        ]


def balanced_order(cells, generator):
    """Draw an epoch in which every cell, a source and a label, has the same share.

    Args:
        cells: n hashable names, one per picture.
        generator: `np.random.Generator`.

    Returns:
        Indices (n or a little more,) in random order; where all cells are of one size each picture
        comes once, else those of small cells come again.
    """
    names = sorted(set(cells))
    index = {name: np.array([i for i, cell in enumerate(cells) if cell == name]) for name in names}
    quota = -(-len(cells) // len(names))
    draws = []
    for members in index.values():
        rounds = -(-quota // len(members))
        draws.append(
            np.concatenate([generator.permutation(members) for _ in range(rounds)])[:quota]
        )
    return generator.permutation(np.concatenate(draws))


def cut_close(photo, picture, generator):
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
