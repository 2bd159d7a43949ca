"""Judge photos and clips: `python -m detector FILE... [--json] [--heatmap DIR]`.

`--engine ray --output FOLDER` judges on a cluster, and goes on where a killed run ended.
"""

import argparse
import functools
import io
import json
import os
import sys
from pathlib import Path

from . import load_detector
from .batch.parallel import judge_each
from .batch.storage import find_photos, is_clip, read_list, read_photo
from .errors import ConfigError, DetectorError, PhotoError
from .heatmap import draw_boxes, overlay
from .limits import MAX_CLIP_BYTES
from .report import to_json, to_percent, to_sentence
from .runtime import count_cores


def main(arguments: list[str] | None = None) -> int:
    """Print one verdict per photo or clip.

    Returns:
        Exit status: 0, 1 if a photo could not be judged, 2 if the weights may not serve or the
        storage or cluster cannot be used.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name that it cannot write costs no line
            stream.reconfigure(errors="backslashreplace")
    parser = argparse.ArgumentParser(prog="python -m detector", description=__doc__.splitlines()[0])
    parser.add_argument(
        "photos",
        nargs="+",
        metavar="FILE",
        help="photo, clip, folder, pattern with *, address that fsspec knows (s3://bucket/photos/) "
        "or @FILE with one of these a line",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.add_argument(
        "--heatmap",
        metavar="DIR",
        help="write the photo, or the worst frame of each face of a clip, with heatmap to DIR",
    )
    parser.add_argument(
        "--face-crop",
        action="store_true",
        help="the photos were cut around one face: judge that alone",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        help="photos judged at a time (default: one for each core)",
    )
    parser.add_argument(
        "--engine",
        choices=("threads", "ray"),
        default="threads",
        help="ray: workers on the cluster of RAY_ADDRESS, or on this machine (default: threads)",
    )
    parser.add_argument(
        "--output",
        metavar="FOLDER",
        help="with --engine ray: folder or address of the verdicts, as Parquet; photos that have "
        "one there are not judged again",
    )
    options = parser.parse_args(arguments)
    if options.jobs is not None and options.jobs < 1:
        parser.error(f"--jobs must be a whole number from 1 up. Received: {options.jobs}.")
    if (options.engine == "ray") != bool(options.output):
        parser.error("--engine ray and --output FOLDER go together.")
    if options.engine == "ray" and (options.json or options.heatmap):
        parser.error("--json and --heatmap are for --engine threads.")
    try:
        photos = find_photos(_open_lists(options.photos))
        if not photos:
            raise ConfigError(f"No photo in {', '.join(options.photos)}.")
        detector = load_detector(wait=True)  # there is no later in which to swap weights
        if options.engine == "ray":
            return _judge_on_cluster(detector, photos, options)
    except DetectorError as error:
        print(error, file=sys.stderr)
        return 2
    if options.heatmap:
        try:
            Path(options.heatmap).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            parser.error(f"--heatmap {options.heatmap}: no such folder can be made ({error})")
    try:
        return _judge_here(detector, photos, options)
    except BrokenPipeError:  # `| head` has seen enough
        # Python flushes when it ends, and would fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _open_lists(names):
    """Names, with those of lists (@FILE) in their place; a photo may be called @anna.jpg, too."""
    found = []
    for name in names:
        is_list = name.startswith("@") and not os.path.lexists(name)
        found += read_list(name[1:]) if is_list else [name]
    return found


def _judge_here(detector, photos, options):
    jobs = min(options.jobs or count_cores(), len(photos))
    judge = functools.partial(_judge, detector, options=options)
    status = 0
    for path, said, error in judge_each(enumerate(photos), judge, jobs=jobs):
        kind = "clip" if is_clip(path) else "photo"
        if error:
            status = 1
            if options.json:
                print(json.dumps({kind: path, "error": str(error)}), flush=True)
            else:
                print(f"{path}: {error}", file=sys.stderr)
        elif options.json:
            print(json.dumps({kind: path, **said}), flush=True)
        else:
            print(f"{path}: {said}", flush=True)
    return status


def _judge_on_cluster(detector, photos, options):
    # Here, because Ray takes seconds to import, and may be missing.
    from .batch.ray_engine import judge_on_cluster

    clips = [path for path in photos if is_clip(path)]
    if clips:
        print(f"{len(clips)} clips are left out: --engine ray judges photos.", file=sys.stderr)
    photos = [path for path in photos if not is_clip(path)]
    if not photos:
        raise ConfigError("No photo is left to be judged.")
    before, judged, bad = judge_on_cluster(
        detector, photos, options.output, is_face_crop=options.face_crop, jobs=options.jobs
    )
    print(f"{judged} photos judged, {len(bad)} bad, {before} had a verdict: {options.output}")
    return 1 if bad else 0


def _judge(detector, numbered, *, options):
    """The path, what is to be said of it, and the error that came instead."""
    index, path = numbered
    judge = _judge_clip if is_clip(path) else _judge_photo
    try:
        verdict, to_json, to_sentence, pictures = judge(detector, path, options)
        for suffix, picture in pictures:
            _save_heatmap(picture, Path(options.heatmap), f"{index:04d}{suffix}-{Path(path).stem}")
    except DetectorError as error:
        return path, None, error
    if options.json:
        return path, to_json(verdict), None
    said = f"{verdict.label} {to_percent(verdict.confidence)}. {to_sentence(verdict)}"
    return path, said, None


def _judge_photo(detector, path, options):
    photo, verdict = detector.judge(read_photo(path), is_face_crop=options.face_crop)
    pictures = []
    if options.heatmap:
        pictures = [("", draw_boxes(overlay(photo, verdict.crops), verdict.crops))]
    return verdict, to_json, to_sentence, pictures


def _judge_clip(detector, path, options):
    from . import video  # for photos alone nothing of it is needed

    verdict = detector.predict_video(read_photo(path, most=MAX_CLIP_BYTES))
    pictures = []
    if options.heatmap:
        pictures = [
            (f"-{number}", video.draw_worst(appearance))
            for number, appearance in enumerate(verdict.appearances, start=1)
        ]
    return verdict, video.to_json, video.to_sentence, pictures


def _save_heatmap(picture, folder, name):
    # Numbered, because photos of different folders may share a name; short, because file systems
    # count bytes, 255 of them.
    name = name.encode("utf-8", "replace")[:200].decode("utf-8", "ignore")
    path = folder / f"{name}.png"
    try:
        picture.save(path)
    except OSError as error:
        path.unlink(missing_ok=True)  # half of it may be there
        raise PhotoError(
            f"The heatmap cannot be written to {folder} ({error.strerror or error}). Make room, or "
            "choose another folder.",
            code="file_unreadable",
        ) from error


if __name__ == "__main__":
    sys.exit(main())
