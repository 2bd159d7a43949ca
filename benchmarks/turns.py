"""Contenders take turns, so that whatever else the machine does meets all of them alike."""

import statistics
import time

REST = 0.1  # seconds before each call, in which the threads of the one before stop spinning


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
            time.sleep(REST)
            started = time.perf_counter()
            call()
            if turn:
                found[name].append(1000 * (time.perf_counter() - started))
    return {name: statistics.median(times) for name, times in found.items()}
