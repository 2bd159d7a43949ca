"""Many photos on all cores.

Threads are enough: decoding, resizing and forward passes let go of Python's lock, and verdicts side
by side do not wait for each other's networks (`detector.runtime`).
"""

import collections
import concurrent.futures
from collections.abc import Callable, Iterable, Iterator

AHEAD = 2  # photos for each worker that are judged before the first of them is taken


def judge_each(items: Iterable, judge: Callable, *, jobs: int) -> Iterator:
    """Judge one item after the other, several at a time.

    Args:
        items: any iterable; it is read no further ahead than needed.
        judge: called with an item, in several threads.
        jobs: items judged at a time.

    Yields:
        What `judge` returned, in the order of `items`.
    """
    if jobs == 1:
        for item in items:
            yield judge(item)
        return
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        waiting = collections.deque()
        for item in items:
            waiting.append(pool.submit(judge, item))
            if len(waiting) > AHEAD * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
