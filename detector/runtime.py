"""LiteRT forward passes: the only module that touches a network when serving.

A verdict that is alone in the process has all threads for each of its passes. Verdicts that are
side by side have one each, and networks of their own: threads of two passes on the same cores wait
for each other, and spend on it what the other pass needs. A clip, which takes seconds anyway, gives
way: its passes run between photos.
"""

import contextlib
import functools
import os
import queue
import threading
from collections.abc import Generator

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from .errors import WeightsError

PATIENCE = 0.1  # seconds; a pass that gives way runs then, or photos without end would stop a clip

_counting = threading.Condition()
_verdicts = 0  # in progress in this process, without those that give way
_this = threading.local()  # thread; whether its verdict gives way


@contextlib.contextmanager
def one_verdict(*, gives_way=False) -> Generator[None]:
    """A context in which this thread is working at one verdict.

    Args:
        gives_way: whether its passes wait while others are in progress, each `PATIENCE` at most.
    """
    global _verdicts
    if gives_way:
        _this.gives_way = True
        try:
            yield
        finally:
            _this.gives_way = False
        return
    with _counting:
        _verdicts += 1
    try:
        yield
    finally:
        with _counting:
            _verdicts -= 1
            _counting.notify_all()


def _is_alone():
    """Whether a pass of this thread has the cores to itself; it waits for that if it gives way."""
    if not getattr(_this, "gives_way", False):
        return _verdicts <= 1
    with _counting:
        return _counting.wait_for(lambda: not _verdicts, PATIENCE)


def count_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # Linux; containers and `taskset` leave fewer
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Network:
    """One LiteRT file, safe to call from several threads, and can be sent to other processes.

    Args:
        content: the bytes of a `.tflite` file with one float32 input (1, height, width, 3) and one
            signature.
        name: what the file is called in error messages.
        threads: threads of a forward pass whose verdict is alone.

    Raises:
        WeightsError: the bytes are no LiteRT network, or not one of that form.
    """

    def __init__(self, content: bytes, *, name: str, threads: int) -> None:
        try:
            self._alone = _Pass(content, threads=threads)
        except (ValueError, RuntimeError) as error:
            raise WeightsError(
                f"{name} is not a network that LiteRT can run ({error}). "
                "Restore the weights folder or set DETECTOR_WEIGHTS to a complete one."
            ) from error
        if (
            self._alone.types != ["float32"]
            or len(self.input_shape) != 4
            or self.input_shape[3] != 3
        ):
            raise WeightsError(
                f"{name} must have one float32 input (1, height, width, 3). Received: "
                f"{self._alone.shapes}, {self._alone.types}."
            )
        self._content, self._name = content, name
        self._lock = threading.Lock()  # of the one above
        self._beside = queue.LifoQueue()  # of those with one thread; made when they are needed
        for _ in range(count_cores()):
            self._beside.put(None)

    def __reduce__(self) -> tuple:
        # An interpreter cannot be pickled; another process makes its own from the same bytes. It is
        # one of several that work side by side.
        return functools.partial(Network, name=self._name, threads=1), (self._content,)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of the input as first allocated, (1, height, width, 3)."""
        return self._alone.shapes[0]

    def __call__(self, picture: np.ndarray) -> list[np.ndarray]:
        """Run one forward pass.

        Args:
            picture: (height, width, 3) uint8, 0-255 RGB. A size other than the last one makes
                LiteRT plan its memory anew (about as long as the pass itself).

        Returns:
            A list of float32 arrays, each with a leading axis of 1, in the order of the names that
            the file's signature gives them.
        """
        if _is_alone():
            with self._lock:
                return self._alone(picture)
        one = self._beside.get()
        try:
            one = one or _Pass(self._content, threads=1)
            return one(picture)
        finally:
            self._beside.put(one)


class _Pass:
    """An interpreter, which keeps its tensors between calls: for one thread at a time."""

    def __init__(self, content, *, threads) -> None:
        self._interpreter = Interpreter(model_content=content, num_threads=threads)
        self._interpreter.allocate_tensors()
        inputs = self._interpreter.get_input_details()
        self.shapes = [tuple(int(side) for side in item["shape"]) for item in inputs]
        self.types = [np.dtype(item["dtype"]).name for item in inputs]
        self._input_index = inputs[0]["index"]
        outputs = self._interpreter.get_signature_runner().get_output_details()
        self._output_indices = [outputs[name]["index"] for name in sorted(outputs)]
        self._allocated = self.shapes[0]

    def __call__(self, picture) -> list[np.ndarray]:
        shape = (1, *picture.shape)
        if shape != self._allocated:
            self._allocated = None  # where this fails, the next pass plans anew
            self._interpreter.resize_tensor_input(self._input_index, shape)
            self._interpreter.allocate_tensors()
            self._allocated = shape
        # Written to where the network reads it: floats of their own would be one more copy.
        self._interpreter.tensor(self._input_index)()[0] = picture
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(index) for index in self._output_indices]
