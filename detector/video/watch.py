"""A clip to a verdict: frames are decoded by a process of its own, and judged in this one."""

import dataclasses
import os
import time
from collections.abc import Callable, Generator

from ..errors import ClipError
from ..heatmap import reframe
from ..limits import MAX_CLIP_WALL
from ..weights import WeightsInfo
from .appearances import Sample, choose, join
from .decode import Decoder, Frame
from .sampling import find_cuts, look_closer, plan
from .source import opened
from .verdict import Clip, VideoVerdict, judge_appearance, judge_clip

SHOWN_SIDE = 640  # pixels, longer side of frames that are kept to be shown
MAX_FACES = 8  # judged in one frame, largest first


def watch(
    clip: str | os.PathLike | bytes,
    *,
    look: Callable,
    weights: WeightsInfo,
    seconds: float = MAX_CLIP_WALL,
) -> Generator[tuple[int, int], None, VideoVerdict]:
    """Judge a clip, and tell how far it is.

    Args:
        clip: path or bytes; see `detector.video.source.opened`.
        look: called with a frame, `PIL.Image.Image`, RGB, upright, and how many faces to judge;
            gives a list of `CropVerdict`, one for each face, largest first, and whether there are
            more.
        weights: `detector.WeightsInfo` of what looks.
        seconds: in which there is a verdict, on what was seen by then.

    Yields:
        (frames judged, frames that will be), after each frame.

    Returns:
        `VideoVerdict`, as the value of `yield from`.

    Raises:
        ClipError: the clip cannot be read, or exceeds a limit of `detector.limits`; or PyAV is not
            installed.
    """
    watching = _Watching(look)
    deadline = time.monotonic() + seconds
    with opened(clip) as path, Decoder(path, deadline=deadline) as decoder:
        facts = decoder.facts
        chosen = plan(decoder.times, facts["key_frames"], pixels=facts["width"] * facts["height"])
        yield 0, len(chosen.times)
        frames = decoder.frames(chosen.times, key_frames_only=chosen.key_frames_only)
        for done in watching.take(frames, deadline):
            yield done, max(done, len(chosen.times))
        worst = watching.most_suspicious()
        if worst is not None and not decoder.is_cut_short and time.monotonic() < deadline:
            closer = look_closer(decoder.times, worst, seen=watching.times)
            planned = len(watching.times) + len(closer)
            if closer:
                frames = decoder.frames(closer, seek=closer[0], with_greys=False)
                for done in watching.take(frames, deadline, is_closer=True):
                    yield done, max(done, planned)
        if not watching.times:
            if decoder.is_cut_short and decoder.ran_out_of_time():
                raise ClipError(
                    "This clip takes too long to decode. Save it anew, smaller, and try again.",
                    code="too_long",
                )
            raise ClipError(
                "This clip is damaged: no frame can be decoded. Send the original file.",
                code="damaged",
            )
        notes = set(watching.notes)
        if decoder.is_cut_short or time.monotonic() >= deadline:
            notes.add("cut_short")
        if chosen.key_frames_only:
            notes.add("key_frames")
    return watching.judge(decoder, notes, weights)


class _Watching:
    """What was seen so far."""

    def __init__(self, look):
        self._look = look
        self._samples, self._greys = [], []
        self._first = []  # times of the frames that were looked at first
        self._size, self._rotation = (0, 0), 0
        self.times, self.notes = [], set()

    def take(self, frames, deadline, *, is_closer=False):
        """Judge frames as they come; gives after each how many there were."""
        for frame in frames:
            if not isinstance(frame, Frame):
                self._greys.append((frame.time, frame.levels))
                continue
            if frame.time in self.times:
                continue
            self._add(frame, is_closer)
            yield len(self.times)
            if time.monotonic() >= deadline:
                return

    def _add(self, frame, is_closer):
        crops, are_more = self._look(frame.picture, MAX_FACES)
        if are_more:
            self.notes.add("more_faces")
        if not is_closer:
            self._first.append(frame.time)
        order = max(sum(first <= frame.time for first in self._first) - 1, 0)
        crops = [_doubt(crop) if frame.is_hdr else crop for crop in crops]
        picture, _ = reframe(frame.picture, (), max_side=SHOWN_SIDE, max_enlargement=1.0)
        scale = picture.width / frame.picture.width
        self._samples += [
            Sample(frame.time, order, is_closer, crop, picture, scale) for crop in crops
        ]
        self._size, self._rotation = frame.picture.size, frame.rotation
        self.times.append(frame.time)

    def most_suspicious(self):
        """The time of the most suspicious frame; None where no face was seen."""
        worst = max(self._samples, key=lambda s: s.crop.fake_probability, default=None)
        return worst and worst.time

    def judge(self, decoder, notes, weights):
        samples = sorted(self._samples, key=lambda sample: sample.time)
        cuts = find_cuts(self._greys)
        chosen, are_more = choose(join(samples, cuts=cuts), frames=len(self.times))
        notes |= {"more_faces"} if are_more else set()
        if not chosen:
            notes.add("short_appearances" if samples else "nobody_seen")
        facts = decoder.facts
        clip = Clip(
            duration=facts["duration"],
            width=self._size[0],
            height=self._size[1],
            codec=facts["codec"],
            frame_rate=facts["frame_rate"],
            rotation=self._rotation,
            frames_judged=len(self.times),
            frames=len(decoder.times),
        )
        return judge_clip(
            [judge_appearance(one) for one in chosen],
            notes=notes,
            clip=clip,
            cuts=cuts,
            weights=weights,
        )


def _doubt(crop):
    """A face in colours that the network did not learn."""
    return dataclasses.replace(crop, is_conclusive=False, notes=(*crop.notes, "hdr"))
