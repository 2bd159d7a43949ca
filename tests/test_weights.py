"""Weights that are damaged or do not belong together never serve: nobody gets a made-up verdict."""

import hashlib
import json
import shutil

import pytest

from detector import load_detector
from detector.errors import WeightsError
from detector.weights import FACES_FILE, MODEL_FILE, SPEC_FILE, load_weights


def edit(folder, **changes):
    """Change fields of detector.json."""
    path = folder / SPEC_FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def drop(folder, name):
    path = folder / SPEC_FILE
    values = json.loads(path.read_text())
    del values[name]
    path.write_text(json.dumps(values))


def put(folder, name, content):
    """Replace a network and its checksum, as a careless release would."""
    (folder / name).write_bytes(content)
    sha256 = json.loads((folder / SPEC_FILE).read_text())["sha256"]
    edit(folder, sha256={**sha256, name: hashlib.sha256(content).hexdigest()})


def flip(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)


def truncate(folder, name):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])


def swap(folder, name, other, **changes):
    put(folder, name, (folder / other).read_bytes())
    edit(folder, **changes)


def shift_self_test(folder):
    values = json.loads((folder / SPEC_FILE).read_text())["self_test"]
    edit(folder, self_test=[value + 0.5 for value in values])


def view(margin):
    return {"margin": margin, "is_mirrored": False}


def least(**changes):
    return {"Real": 0.8, "Fake": 0.9, **changes}


DAMAGES = {
    "no folder": (shutil.rmtree, SPEC_FILE),
    "no json": (lambda f: (f / SPEC_FILE).unlink(), SPEC_FILE),
    "no model": (lambda f: (f / MODEL_FILE).unlink(), MODEL_FILE),
    "no face model": (lambda f: (f / FACES_FILE).unlink(), FACES_FILE),
    "model flipped byte": (lambda f: flip(f, MODEL_FILE), MODEL_FILE),
    "model truncated": (lambda f: truncate(f, MODEL_FILE), MODEL_FILE),
    "model empty": (lambda f: (f / MODEL_FILE).write_bytes(b""), MODEL_FILE),
    "face model flipped byte": (lambda f: flip(f, FACES_FILE), FACES_FILE),
    "json truncated": (lambda f: truncate(f, SPEC_FILE), SPEC_FILE),
    "json not text": (lambda f: (f / SPEC_FILE).write_bytes(b"\xff\xfe\x00"), SPEC_FILE),
    "json a list": (lambda f: (f / SPEC_FILE).write_text("[1, 2]"), SPEC_FILE),
    "other schema": (lambda f: edit(f, schema=1), "schema 1"),
    "no schema": (lambda f: drop(f, "schema"), "schema None"),
    "missing field": (lambda f: drop(f, "temperature"), "temperature"),
    "unknown field": (lambda f: edit(f, treshold=0.5), "treshold"),
    "classes swapped": (lambda f: edit(f, classes=["Fake", "Real"]), "classes"),
    "classes missing": (lambda f: edit(f, classes=None), SPEC_FILE),
    "temperature 0": (lambda f: edit(f, temperature=0.0), "temperature=0.0"),
    "temperature not finite": (lambda f: edit(f, temperature=float("inf")), "temperature=inf"),
    "temperature text": (lambda f: edit(f, temperature="warm"), SPEC_FILE),
    "bias not a number": (lambda f: edit(f, bias=float("nan")), "bias=nan"),
    "margin too small": (lambda f: edit(f, views=[view(0.1)]), "margin=0.1"),
    "margin not a number": (lambda f: edit(f, views=[view(float("nan"))]), "margin=nan"),
    "no views": (lambda f: edit(f, views=[]), "views=()"),
    "view without margin": (lambda f: edit(f, views=[{"is_mirrored": True}]), SPEC_FILE),
    "min_confidence of 1": (lambda f: edit(f, min_confidence=least(Fake=1.0)), "'Fake': 1.0"),
    "min_confidence below half": (lambda f: edit(f, min_confidence=least(Real=0.4)), "'Real': 0.4"),
    "min_confidence nan": (lambda f: edit(f, min_confidence=least(Real=float("nan"))), "nan"),
    "min_confidence of one label": (lambda f: edit(f, min_confidence={"Real": 0.8}), "confidence="),
    "min_confidence of no label": (lambda f: edit(f, min_confidence=least(Old=0.8)), "confidence="),
    "min_confidence one number": (lambda f: edit(f, min_confidence=0.8), SPEC_FILE),
    "input size 8": (lambda f: edit(f, input_size=8), "input_size=8"),
    "input size infinite": (lambda f: edit(f, input_size=float("inf")), SPEC_FILE),
    "no checksums": (lambda f: edit(f, sha256={}), MODEL_FILE),
    "checksums text": (lambda f: edit(f, sha256="abc"), SPEC_FILE),
    "other input size": (lambda f: edit(f, input_size=96), MODEL_FILE),
    "face model as model": (lambda f: swap(f, MODEL_FILE, FACES_FILE), MODEL_FILE),
    "model as face model": (lambda f: swap(f, FACES_FILE, MODEL_FILE), FACES_FILE),
    "model no network": (lambda f: put(f, MODEL_FILE, b"no network" * 99), MODEL_FILE),
    "face model no network": (lambda f: put(f, FACES_FILE, b"no network" * 99), FACES_FILE),
    "self-test altered": (shift_self_test, "self-test"),
    "self-test not a number": (lambda f: edit(f, self_test=[float("nan")] * 2), "self-test"),
    "self-test too long": (lambda f: edit(f, self_test=[0.0, 0.0, 0.0]), "self"),
    "self-test empty": (lambda f: edit(f, self_test=[]), SPEC_FILE),
}  # fmt: skip

ADVICE = "DETECTOR_WEIGHTS|Update the code"


@pytest.mark.parametrize("damage, named", DAMAGES.values(), ids=DAMAGES)
def test_damaged_weights_are_refused_with_advice(weights_copy, damage, named):
    """Served in silence, they would give verdicts that look like any other."""
    damage(weights_copy)
    with pytest.raises(WeightsError) as caught:
        load_detector(weights_copy)
    assert named in str(caught.value)
    assert caught.match(ADVICE)


@pytest.mark.parametrize("name", ["no folder", "model flipped byte", "self-test altered"])
def test_command_line_stops_before_any_verdict(weights_copy, photo_path, run_python, name):
    damage, named = DAMAGES[name]
    damage(weights_copy)
    done = run_python("-m", "detector", photo_path, DETECTOR_WEIGHTS=str(weights_copy))
    assert (done.returncode, done.stdout) == (2, "")
    assert named in done.stderr
    assert "Traceback" not in done.stderr


def test_whole_copy_serves_alike(weights_copy, detector, photo):
    """Weights must not depend on where they lie; and the damages above are all that is wrong."""
    copy = load_detector(weights_copy)
    assert copy.weights.folder == weights_copy
    assert copy.predict(photo).fake_probability == detector.predict(photo).fake_probability


def test_source_is_named_in_every_verdict(weights_copy, detector):
    assert detector.weights.info.source == "embedded"
    info = load_weights(weights_copy, source="somewhere@v2").info
    assert (info.source, info.version) == ("somewhere@v2", detector.weights.spec.version)
