"""The common recipe of augmentation: flip, rotate, zoom."""

import cv2

ROTATION = 15.0  # degrees to either side
ZOOM = (0.85, 1.15)  # factors


def flip_rotate_zoom(crop, generator):
    """Flip, rotate and zoom a crop at random; what comes in from outside mirrors the edge.

    Args:
        crop: (s, s, 3) uint8, 0-255 RGB.
        generator: `np.random.Generator`.

    Returns:
        (s, s, 3) uint8, 0-255 RGB.
    """
    side = crop.shape[0]
    middle = ((side - 1) / 2, (side - 1) / 2)
    angle, zoom = generator.uniform(-ROTATION, ROTATION), generator.uniform(*ZOOM)
    turned = cv2.warpAffine(
        crop,
        cv2.getRotationMatrix2D(middle, angle, zoom),
        (side, side),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    return turned[:, ::-1] if generator.random() < 0.5 else turned
