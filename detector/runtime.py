"""LiteRT forward passes: the only module that touches a network when serving."""

import functools
import threading

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from .errors import WeightsError


class Network:
    """One LiteRT file, safe to call from several threads.

    Args:
        content: the bytes of a `.tflite` file with one float32 input (1, height, width, 3).
        name: what the file is called in error messages.
        threads: threads of one forward pass.

    Raises:
        WeightsError: the bytes are no LiteRT network, or not one of that form.
    """

    def __init__(self, content, *, name, threads):
        try:
            self._interpreter = Interpreter(model_content=content, num_threads=threads)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise WeightsError(
                f"{name} is not a network that LiteRT can run ({error}). "
                "Restore the weights folder or set DETECTOR_WEIGHTS to a complete one."
            ) from error
        inputs = self._interpreter.get_input_details()
        if len(inputs) != 1 or len(inputs[0]["shape"]) != 4 or inputs[0]["shape"][3] != 3:
            raise WeightsError(
                f"{name} must have one input (1, height, width, 3). "
                f"Received: {[tuple(item['shape']) for item in inputs]}."
            )
        self._content, self._name, self._threads = content, name, threads
        self._input_index = inputs[0]["index"]
        self._output_indices = [item["index"] for item in self._interpreter.get_output_details()]
        self._input_shape = tuple(int(side) for side in inputs[0]["shape"])
        self._lock = threading.Lock()  # an interpreter keeps its tensors between calls

    def copy(self, *, threads):
        """The same network with memory of its own, which waits for no call of this one."""
        return Network(self._content, name=self._name, threads=threads)

    def __reduce__(self):
        # An interpreter cannot be pickled; another process makes its own from the same bytes.
        return functools.partial(Network, name=self._name, threads=self._threads), (self._content,)

    @property
    def input_shape(self):
        """Shape of the input as now allocated, (1, height, width, 3)."""
        return self._input_shape

    def __call__(self, picture):
        """Run one forward pass.

        Args:
            picture: (height, width, 3) uint8, 0-255 RGB. A size other than the last one makes
                LiteRT plan its memory anew (about as long as the pass itself).

        Returns:
            A list of float32 arrays, each with a leading axis of 1, in the file's output order.
        """
        shape = (1, *picture.shape)
        with self._lock:
            if shape != self._input_shape:
                self._interpreter.resize_tensor_input(self._input_index, shape)
                self._interpreter.allocate_tensors()
                self._input_shape = shape
            self._interpreter.set_tensor(self._input_index, picture[np.newaxis].astype(np.float32))
            self._interpreter.invoke()
            return [self._interpreter.get_tensor(index) for index in self._output_indices]
