"""Faces of frames become people over time, and one frame alone accuses nobody."""

import numpy as np
import pytest

from detector.video.appearances import MAX_APPEARANCES, Sample, choose, join
from detector.video.sampling import CLOSER, MOMENTS, SPACING, find_cuts, look_closer, plan, spread
from detector.video.verdict import Clip, judge_appearance, judge_clip
from testing.clips import crop

CLIP = Clip(10.0, 320, 240, "h264", 30.0, 0, 32, 300)


def box(x, y=50.0, side=80.0):
    return (x, y, x + side, y + side)


def sample(time, x=50.0, fake_probability=0.05, *, order=None, is_closer=False, **options):
    order = round(time / 0.3) if order is None else order
    return Sample(time, order, is_closer, crop(box(x), fake_probability, **options))


def row(probabilities, *, step=0.3):
    """One face, sampled evenly."""
    return [sample(i * step, fake_probability=p, order=i) for i, p in enumerate(probabilities)]


# Sampling


def test_moments_are_spread_evenly_over_a_clip():
    times = [i / 30 for i in range(9000)]
    moments = spread(times)
    assert len(moments) == MOMENTS and moments[0] == 0 and moments[-1] == times[-1]
    steps = np.diff(moments)
    assert steps.max() - steps.min() < 0.1


def test_moments_of_a_short_clip_are_no_closer_than_tells_something_new():
    moments = spread([i / 30 for i in range(60)])
    assert len(moments) == int(59 / 30 / SPACING) + 1
    assert spread([0.0]) == (0.0,)


def test_of_an_uneven_clip_times_count_and_not_numbers():
    """A screen recording shows one frame for minutes, and then hundreds a second."""
    times = [0.0, *(60 + i / 100 for i in range(1000))]
    moments = spread(times)
    assert moments[0] == 0.0 and len(set(moments)) == len(moments)
    assert sum(time >= 60 for time in moments) < 8


def test_a_long_clip_is_looked_at_by_key_frames_where_it_has_enough():
    times = [i / 30 for i in range(9000)]
    chosen = plan(times, times[::60], pixels=1920 * 1080)
    assert chosen.key_frames_only and set(chosen.times) <= set(times[::60])
    assert not plan(times, times[::3000], pixels=1920 * 1080).key_frames_only
    assert not plan(times, times[::60], pixels=320 * 240).key_frames_only


def test_a_closer_look_is_between_the_neighbours_and_near():
    times = [i / 30 for i in range(9000)]
    seen = spread(times)
    closer = look_closer(times, seen[5], seen=seen)
    assert len(closer) == CLOSER and not set(closer) & set(seen)
    assert seen[5] - 2 <= min(closer) < seen[5] < max(closer) <= seen[5] + 2
    assert look_closer([0.0], 0.0, seen=(0.0,)) == ()


def test_a_cut_is_found_and_a_pan_and_a_flash_are_none():
    generator = np.random.default_rng(0)
    room, street = generator.integers(0, 256, (2, 36, 64), np.uint8)
    greys = [(i / 10, room if i < 10 else street) for i in range(20)]
    assert find_cuts(greys) == [1.0]
    panning = [(i / 10, np.roll(room, 4 * i, axis=1)) for i in range(20)]
    assert find_cuts(panning) == []
    flash = [(i / 10, np.full_like(room, 255) if i == 10 else room) for i in range(20)]
    assert find_cuts(flash) == []


# Joining


def test_a_face_that_moves_is_one_appearance():
    samples = [sample(i * 0.3, x=10 + 30 * i) for i in range(10)]
    assert [len(one) for one in join(samples, cuts=[])] == [10]


def test_two_people_who_cross_are_not_mixed_up():
    samples = []
    for i in range(11):
        samples += [sample(i * 0.3, x=30 * i + 3), sample(i * 0.3, x=300 - 30 * i)]
    first, second = join(samples, cuts=[])
    assert first[0].crop.box[0] == 3 and first[-1].crop.box[0] == 303
    assert second[0].crop.box[0] == 300 and second[-1].crop.box[0] == 0


def test_a_face_that_leaves_and_returns_is_another_appearance():
    """Nobody is recognised: who says that it is the same one?"""
    samples = [sample(i * 0.3) for i in (0, 1, 2, 3, 10, 11, 12)]
    assert [len(one) for one in join(samples, cuts=[])] == [4, 3]
    short = [sample(i * 0.3) for i in (0, 1, 2, 5, 6)]  # a hand before the face
    assert [len(one) for one in join(short, cuts=[])] == [5]


def test_nothing_is_joined_across_a_cut():
    samples = [sample(i * 0.3) for i in range(8)]
    assert [len(one) for one in join(samples, cuts=[1.2])] == [4, 4]


def test_of_many_faces_those_in_view_longest_are_judged():
    samples = [
        sample(i * 0.3, x=300.0 * face) for i in range(6) for face in range(MAX_APPEARANCES + 2)
    ]
    samples += [sample(0.3 * i, x=-900.0) for i in range(2)]  # too short
    joined = join(sorted(samples, key=lambda one: one.time), cuts=[])
    kept, are_more = choose(joined, frames=6)
    assert len(kept) == MAX_APPEARANCES and are_more
    assert all(len(one) == 6 for one in kept)


# Verdict


def test_a_forged_stretch_is_found_though_the_mean_is_genuine():
    probabilities = [0.05] * 28 + [0.99] * 4
    verdict = judge_appearance(row(probabilities))
    assert (verdict.label, verdict.is_conclusive) == ("Fake", True)
    assert verdict.confidence == pytest.approx(0.99) and verdict.notes == ()
    assert verdict.worst_time >= 28 * 0.3


def test_a_single_forged_frame_is_noted_and_accuses_nobody():
    for place in (0, 10, 31):
        probabilities = [0.05] * 32
        probabilities[place] = 0.9999
        verdict = judge_appearance(row(probabilities))
        assert verdict.label == "Real" and not verdict.is_conclusive
        assert "flicker" in verdict.notes
        assert verdict.worst_time == pytest.approx(place * 0.3)


def test_a_short_appearance_is_not_accused_by_the_one_frame_that_is_a_tenth_of_it():
    assert not judge_appearance(row([0.05] * 4 + [0.99])).is_conclusive


def test_a_tenth_of_all_frames_is_enough_without_two_in_a_row():
    probabilities = [0.05] * 30
    for place in (3, 13, 23):
        probabilities[place] = 0.99
    assert judge_appearance(row(probabilities)).is_conclusive
    assert not judge_appearance(row(probabilities[:12] + [0.05] * 30)).is_conclusive


def test_a_closer_look_refutes_a_moment_and_does_not_weigh_in_the_mean():
    """Eight frames around the worst are chosen for being suspicious."""
    samples = row([0.3] * 10 + [0.99] + [0.3] * 10)
    beside = [
        sample(3.0 + 0.04 * i, fake_probability=0.3, order=10, is_closer=True)
        for i in range(-4, 5)
        if i
    ]
    verdict = judge_appearance(sorted(samples + beside, key=lambda one: one.time))
    assert not verdict.is_conclusive and "flicker" in verdict.notes
    alone = judge_appearance(samples)
    assert verdict.fake_probability == alone.fake_probability
    blink = [
        sample(3.0 + 0.03 * i, fake_probability=0.99, order=10, is_closer=True) for i in (1, 2)
    ]
    verdict = judge_appearance(sorted(samples + blink, key=lambda one: one.time))
    assert not verdict.is_conclusive  # three frames of a tenth of a second are one moment


def test_what_is_small_or_cut_does_not_count():
    small = [Sample(i * 0.3, i, False, crop((0, 0, 30, 30), 0.99)) for i in range(5)]
    whole = [sample(1.5 + 0.3 * i, order=5 + i) for i in range(5)]
    verdict = judge_appearance(small + whole)
    assert verdict.label == "Real" and "flicker" not in verdict.notes
    cut = [sample(i * 0.3, fake_probability=0.99, notes=("cut_face",)) for i in range(5)]
    verdict = judge_appearance(cut)
    assert not verdict.is_conclusive and "cut_face" in verdict.notes


def judged(*rows, notes=()):
    appearances = [judge_appearance(one) for one in rows]
    return judge_clip(appearances, notes=notes, clip=CLIP, cuts=(), weights=None)


def test_a_clip_is_fake_if_one_face_is():
    verdict = judged(row([0.05] * 10), row([0.99] * 10), row([0.6] * 10))
    assert (verdict.label, verdict.is_conclusive) == ("Fake", True)
    assert verdict.confidence == pytest.approx(0.99)


def test_a_clip_is_never_conclusively_real_and_says_why():
    verdict = judged(row([0.001] * 32))
    assert verdict.label == "Real" and not verdict.is_conclusive
    assert "clips_unproven" in verdict.notes


def test_a_clip_without_a_face_says_so_and_claims_nothing():
    verdict = judged(notes={"nobody_seen"})
    assert (verdict.label, verdict.fake_probability, verdict.is_conclusive) == ("Real", 0.5, False)
    assert "nobody_seen" in verdict.notes


def test_an_inconclusive_fake_does_not_hide_a_conclusive_one():
    unsure = [sample(i * 0.3, fake_probability=0.999, notes=("cut_face",)) for i in range(10)]
    verdict = judged(unsure, row([0.96] * 10))
    assert verdict.is_conclusive and verdict.fake_probability == pytest.approx(0.96)
