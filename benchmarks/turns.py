"""Contenders take turns, so that whatever else the machine does meets all of them alike."""

import statistics
import time


def time_turns(calls, repeat):
    """Time several functions in turns.

    Args:
        calls: name to function without arguments.
        repeat: turns that count; one before them warms up.

    Returns:
        Name to median milliseconds.
    """
    found = {name: [] for name in calls}
    for turn in range(repeat + 1):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            if turn:
                found[name].append(1000 * (time.perf_counter() - started))
    return {name: statistics.median(times) for name, times in found.items()}
