"""Many photos on all cores: every worker has networks of its own, so that none waits for another.

Threads are enough: decoding, resizing and forward passes let go of Python's lock.
"""

import collections
import concurrent.futures
import os
import queue

AHEAD = 2  # photos for each worker that are judged before the first of them is taken


def count_cores():
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # Linux; containers and `taskset` leave fewer
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def judge_each(detector, items, judge, *, jobs):
    """Judge one item after the other, several at a time.

    Args:
        detector: `detector.Detector`.
        items: any iterable; it is read no further ahead than needed.
        judge: called with a `Detector` and an item, in a thread of its own.
        jobs: items judged at a time; with more than one, each forward pass has one thread.

    Yields:
        What `judge` returned, in the order of `items`.
    """
    if jobs == 1:
        for item in items:
            yield judge(detector, item)
        return
    idle = queue.SimpleQueue()
    for _ in range(jobs):
        idle.put(detector.copy(threads=1))

    def run(item):
        own = idle.get()
        try:
            return judge(own, item)
        finally:
            idle.put(own)

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        waiting = collections.deque()
        for item in items:
            waiting.append(pool.submit(run, item))
            if len(waiting) > AHEAD * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
