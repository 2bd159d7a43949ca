"""What weights that are there already say of a crop: part of what a new network learns from it.

Knowledge distillation (Hinton et al., arXiv 1503.02531): an answer of .8 says more of a picture
than its label does. A network that starts from ImageNet gets far sooner to where the old one is.
"""

from pathlib import Path

import numpy as np
from PIL import Image

from detector.classifier import run_model
from detector.preprocess import cut
from detector.runtime import Network
from detector.score import calibrate
from detector.weights.spec import MODEL_FILE, read_file, read_spec


class Teacher:
    """Weights that serve, asked about crops as training shows them.

    Args:
        folder: of the weights.

    Raises:
        WeightsError: it holds none.
    """

    def __init__(self, folder) -> None:
        folder = Path(folder)
        self.spec = read_spec(folder)
        content = read_file(folder / MODEL_FILE)
        self.network = Network(content, name=str(folder / MODEL_FILE), threads=1)

    def __call__(self, crops: np.ndarray) -> np.ndarray:
        """Return P(fake) of crops (n, s, s, 3) uint8, 0-255 RGB, as (n, 1) float32."""
        return np.array([[self._judge(Image.fromarray(crop))] for crop in crops], np.float32)

    def _judge(self, crop):
        spec = self.spec
        shown = cut(crop, (0, 0, *crop.size), input_size=spec.input_size)
        logit, _ = run_model(self.network, shown)
        return calibrate(logit, temperature=spec.temperature, bias=spec.bias)
