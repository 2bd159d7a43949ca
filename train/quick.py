"""The toy run of `all --quick`: every step on a few pictures, before hours are spent on all."""

from detector.config import WEIGHTS_DIR
from detector.weights import KERAS_FILE, read_spec

PICTURES = 400  # taken from an archive, and of Train; two cores find their faces in half a minute
JUDGED = 100  # pictures of Validation and of Test
# Over those of the recipe. The learning rate stays: a toy shall fail where the recipe would.
SETTINGS = {
    "pictures": PICTURES,
    "validation_pictures": JUDGED,
    "head_batches": 5,
    "epochs": 2,
    "batch_norm_momentum": 0.9,  # of so few batches 0.99 would remember the start
}
MARK = "-quick"  # at the end of the version


def is_toy(version) -> bool:
    """Whether weights of that version are of a toy run."""
    return version.endswith(MARK)


def start_of(architecture) -> str:
    """The weights that a toy run of a network starts from: those that ship, if they are of it.

    Nothing is fetched for a toy. Another network starts from noise.
    """
    path = WEIGHTS_DIR / KERAS_FILE
    is_same = path.is_file() and read_spec(WEIGHTS_DIR).architecture == architecture
    return str(path) if is_same else "none"
