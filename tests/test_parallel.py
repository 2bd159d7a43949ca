"""Many photos on all cores: same verdicts, same order, bounded memory."""

import threading

import pytest

from detector.batch.parallel import AHEAD, judge_each


def test_workers_judge_alike_and_in_order(detector, photo):
    """Scripts put the lines beside the names that they passed."""
    items = [photo, photo.rotate(3), photo.crop((60, 0, 380, 320))] * 2
    expected = [detector.predict(item).fake_probability for item in items]
    found = judge_each(items, detector.predict, jobs=3)
    assert [verdict.fake_probability for verdict in found] == pytest.approx(expected, abs=1e-4)


def test_two_are_judged_at_the_same_time():
    """With one after the other, the second core would idle; here it would wait for ever."""
    both = threading.Barrier(2, timeout=60)
    assert len(list(judge_each(range(4), lambda item: both.wait(), jobs=2))) == 4


def test_a_million_photos_are_not_read_ahead():
    """Verdicts hold heatmaps: kept until the end, they would fill the memory."""
    taken = []

    def items():
        for index in range(1000):
            taken.append(index)
            yield index

    results = judge_each(items(), lambda item: item, jobs=2)
    assert next(results) == 0
    assert len(taken) <= 2 * AHEAD + 1
    assert list(results) == list(range(1, 1000))


def test_an_error_of_a_worker_is_not_swallowed():
    def fail(item):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(judge_each(range(3), fail, jobs=2))
