"""`python -m detector`: one verdict per photo, for people and for scripts."""

import json

import pytest
from PIL import Image

from detector import load_detector
from detector.report import to_json


def test_json_and_heatmaps(run_python, photo_path, tmp_path):
    """A bad file in a folder of thousands must not end the run, nor shift the lines."""
    bad = tmp_path / "bad.jpg"
    bad.write_text("no photo")
    heatmaps = tmp_path / "new" / "heatmaps"
    done = run_python(
        *("-m", "detector", photo_path, bad, photo_path, "--json", "--heatmap", heatmaps)
    )
    assert done.returncode == 1
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert (
        first == third == {"photo": str(photo_path), **to_json(load_detector().predict(photo_path))}
    )
    assert set(second) == {"photo", "error"}
    assert second["photo"] == str(bad) and "not a photo" in second["error"]
    written = sorted(path.name for path in heatmaps.iterdir())
    assert written == ["0000-astronaut.png", "0002-astronaut.png"]
    with Image.open(heatmaps / written[0]) as marked:
        assert marked.size == (512, 512)


def test_sentences(run_python, photo_path, tmp_path):
    done = run_python("-m", "detector", photo_path, tmp_path / "gone.jpg")
    assert done.returncode == 1
    verdict = load_detector().predict(photo_path)
    assert done.stdout.startswith(f"{photo_path}: {verdict.label} {verdict.confidence:.1%}. ")
    assert len(done.stdout.splitlines()) == 1
    assert "gone.jpg: the file cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_good_photos_exit_with_0(run_python, photo_path):
    """Scripts stop at any other status."""
    done = run_python("-m", "detector", "--face-crop", "--json", photo_path)
    assert done.returncode == 0
    assert len(json.loads(done.stdout)["faces"]) == 1


def test_folders_patterns_listings_and_addresses(run_python, photo, tmp_path):
    """A million names do not fit on a command line."""
    for name in ("a/1.png", "a/b/2.PNG", "a/b/notes.txt", "c/3.png", "c/[4].png"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_bytes(b"")
    photo.save(tmp_path / "5.png")
    address = (tmp_path / "5.png").as_uri()
    listing = tmp_path / "listing.txt"
    listing.write_text(f"{tmp_path}/a/b/notes.txt\n\n{address}\n")
    done = run_python(
        *("-m", "detector", "--json", tmp_path / "a", f"{tmp_path}/c/*.png"),
        *(f"{tmp_path.as_uri()}/a/", tmp_path / "c/[4].png", f"@{listing}"),
    )
    names = ["a/1.png", "a/b/2.PNG", "c/3.png", "c/[4].png"]
    by_address = [(tmp_path / name).as_uri() for name in names[:2]]
    expected = [*map(str, map(tmp_path.joinpath, names)), *by_address]
    expected += [f"{tmp_path}/c/[4].png", f"{tmp_path}/a/b/notes.txt", address]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["photo"] for line in lines] == expected, done.stderr
    assert all("empty" in line["error"] for line in lines[:-1])
    assert lines[-1]["label"] == "Real"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["{folder}"], "No photo in"),
        (["nostorage://bucket/photo.jpg"], "Protocol not known"),
        (["photo.jpg", "--engine", "ray"], "--engine ray and --output"),
        (["photo.jpg", "--output", "out"], "--engine ray and --output"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(run_python, tmp_path, arguments, sentence):
    done = run_python("-m", "detector", *(text.format(folder=tmp_path) for text in arguments))
    assert done.returncode == 2
    assert sentence in done.stderr and "Traceback" not in done.stderr


FRESH = """
import sys
from detector.__main__ import main
main([sys.argv[1]])
heavy = {"tensorflow", "keras", "gradio", "train", "matplotlib", "cv2", "torch", "sklearn"}
heavy |= {"ray", "pyarrow", "fsspec"}
print(sorted(heavy & set(sys.modules)))
"""


def test_a_verdict_imports_nothing_heavy(run_python, photo_path):
    """With TensorFlow on its way, the first verdict would take ten seconds instead of one."""
    done = run_python("-W", "error", "-c", FRESH, photo_path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "[]"), done.stderr


@pytest.mark.parametrize("threads", ["0", "-1", "two", "1.5"])
def test_a_wrong_setting_is_said_in_a_sentence(run_python, photo_path, threads):
    """A stack trace tells the owner of a Space nothing."""
    done = run_python("-m", "detector", photo_path, DETECTOR_THREADS=threads)
    assert done.returncode == 2
    assert "DETECTOR_THREADS must be a whole number" in done.stderr
    assert "Traceback" not in done.stderr
