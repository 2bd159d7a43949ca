"""A network in a line of text: words to Keras layers.

`C32` is a convolution with 32 filters (3x3, stride 1), `C16,4,2` one with kernel 4 and stride 2,
`B` batch norm, `R` ReLU, `L.01` leaky ReLU with that slope, `P2` 2x2 max pooling with stride 2,
`F` flatten, `D128` a dense layer, `d.5` dropout. The last unit, which gives the logit, is left out.
"""

import dataclasses

import keras

from detector.errors import ConfigError


@dataclasses.dataclass(frozen=True)
class Declaration:
    """A network of one of the source projects.

    Attributes:
        layers: words as described above.
        scale: the input, 0-255, is multiplied by it ...
        offset: ... and this is added.
        padding: "same" or "valid", of every convolution.
        published: accuracy on the official Test split that the project states, 0-1, or None.
    """

    layers: str
    scale: float
    offset: float = 0.0
    padding: str = "same"
    published: float | None = None


def draw(declaration, inputs):
    """Build the declared layers.

    Args:
        declaration: `Declaration`.
        inputs: Keras tensor (n, s, s, 3), 0-255 RGB.

    Returns:
        Keras tensor (n, units): what the unit that gives the logit sees.

    Raises:
        ConfigError: a word of the declaration is none of those described above.
    """
    x = keras.layers.Rescaling(declaration.scale, declaration.offset)(inputs)
    for word in declaration.layers.split():
        x = _layer(word, padding=declaration.padding)(x)
    return x


def _layer(word, *, padding):
    kind, numbers = word[0], [float(number) for number in word[1:].split(",") if number]
    match kind, *numbers:
        case "C", filters:
            return keras.layers.Conv2D(int(filters), 3, padding=padding)
        case "C", filters, kernel, stride:
            return keras.layers.Conv2D(int(filters), int(kernel), int(stride), padding=padding)
        case ("B",):
            return keras.layers.BatchNormalization()
        case ("R",):
            return keras.layers.ReLU()
        case "L", slope:
            return keras.layers.LeakyReLU(slope)
        case "P", stride:
            return keras.layers.MaxPooling2D(2, int(stride))
        case ("F",):
            return keras.layers.Flatten()
        case "D", units:
            return keras.layers.Dense(int(units))
        case "d", rate:
            return keras.layers.Dropout(rate)
    raise ConfigError(f"{word!r} is no layer of the notation; see train/models/notation.py.")
