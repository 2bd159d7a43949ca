"""Contenders take turns, so that whatever else the machine does meets all of them alike.

In its turn each runs twice and the second time counts: neither the spinning threads of the one
before nor caches that it emptied are part of a figure.
"""

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

REST = 0.1  # seconds before each turn, in which the threads of the one before stop spinning


def time_turns(calls: Mapping[Any, Callable[[], object]], repeat: int) -> dict[Any, float]:
    """Time several functions in turns.

    Args:
        calls: name to function without arguments.
        repeat: turns of each.

    Returns:
        Name to median milliseconds.
    """
    found = {name: [] for name in calls}
    for _ in range(repeat):
        for name, call in calls.items():
            time.sleep(REST)
            call()
            started = time.perf_counter()
            call()
            found[name].append(1000 * (time.perf_counter() - started))
    return {name: statistics.median(times) for name, times in found.items()}
