"""Judge photos on the command line: `python -m detector PHOTO... [--json] [--heatmap DIR]`."""

import argparse
import functools
import json
import sys
from pathlib import Path

from . import load_detector
from .errors import DetectorError, PhotoError
from .explain import draw_boxes, overlay
from .many import count_cores, judge_each
from .photo import load_photo
from .report import to_json, to_sentence


def main(arguments=None):
    """Print one verdict per photo.

    Returns:
        Exit status: 0, 1 if a photo could not be judged, 2 if the weights may not serve.
    """
    parser = argparse.ArgumentParser(prog="python -m detector", description=__doc__)
    parser.add_argument("photos", nargs="+", metavar="PHOTO", help="image files")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.add_argument("--heatmap", metavar="DIR", help="write the photo with heatmap to DIR")
    parser.add_argument(
        "--face-crop",
        action="store_true",
        help="the photos were cut around one face: judge that alone",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=count_cores(),
        help="photos judged at a time (default: one for each core)",
    )
    options = parser.parse_args(arguments)
    if options.jobs < 1:
        parser.error(f"--jobs must be a whole number from 1 up. Received: {options.jobs}.")
    try:
        detector = load_detector(wait=True)  # there is no later in which to swap weights
    except DetectorError as error:
        print(error, file=sys.stderr)
        return 2
    if options.heatmap:
        try:
            Path(options.heatmap).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            parser.error(f"--heatmap {options.heatmap}: no such folder can be made ({error})")
    jobs = min(options.jobs, len(options.photos))
    judge = functools.partial(_judge, options=options)
    status = 0
    for path, verdict, error in judge_each(detector, enumerate(options.photos), judge, jobs=jobs):
        if error:
            status = 1
            if options.json:
                print(json.dumps({"photo": path, "error": str(error)}), flush=True)
            else:
                print(f"{path}: {error}", file=sys.stderr)
        elif options.json:
            print(json.dumps({"photo": path, **to_json(verdict)}), flush=True)
        else:
            print(f"{path}: {verdict.label} {verdict.confidence:.1%}. {to_sentence(verdict)}")
    return status


def _judge(detector, numbered, *, options):
    index, path = numbered
    try:
        verdict = detector.predict(path, is_face_crop=options.face_crop)
        if options.heatmap:
            marked = draw_boxes(overlay(load_photo(path), verdict.crops), verdict.crops)
            # Numbered, because photos of different folders may share a name.
            marked.save(Path(options.heatmap) / f"{index:04d}-{Path(path).stem[:100]}.png")
    except PhotoError as error:
        return path, None, error
    return path, verdict, None


if __name__ == "__main__":
    sys.exit(main())
