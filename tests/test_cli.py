"""`python -m detector`: one verdict per photo, for people and for scripts."""

import errno
import importlib.util
import json
import os
import subprocess
import sys

import pytest
from PIL import Image

from detector import load_detector
from detector.__main__ import _save_heatmap, main
from detector.errors import ConfigError, PhotoError
from detector.report import to_json, to_percent
from testing.server import ROOT


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
    said = f"{verdict.label} {to_percent(verdict.confidence)}"
    assert done.stdout.startswith(f"{photo_path}: {said}. ")
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
def test_what_cannot_be_done_is_said_in_a_sentence(tmp_path, capsys, arguments, sentence):
    try:
        status = main([text.format(folder=tmp_path) for text in arguments])
    except SystemExit as end:  # of argparse
        status = end.code
    assert status == 2
    assert sentence in capsys.readouterr().err


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
def test_a_wrong_setting_is_refused(monkeypatch, threads):
    monkeypatch.setenv("DETECTOR_THREADS", threads)
    spec = importlib.util.find_spec("detector.config")
    config = importlib.util.module_from_spec(spec)  # read once, when a process starts
    spec.loader.exec_module(config)
    with pytest.raises(ConfigError, match=f"DETECTOR_THREADS must be .*'{threads}'"):
        config.check()


def test_a_wrong_setting_is_said_in_a_sentence(run_python, photo_path):
    """A stack trace tells the owner of a Space nothing."""
    done = run_python("-m", "detector", photo_path, DETECTOR_THREADS="two")
    assert done.returncode == 2
    assert "DETECTOR_THREADS must be a whole number" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def odd_names(photo_path, tmp_path):
    """A folder of photos with names as people and cameras give them; the text of each is broken."""
    folder = tmp_path / "odd [2020]"
    folder.mkdir()
    for name in ("@anna_selfie.jpg", "emoji \U0001f600.jpg", "写" * 83 + ".jpg"):
        (folder / name).write_bytes(b"no photo")
    if os.name == "posix":
        (folder / os.fsdecode(b"caf\xe9.jpg")).write_bytes(b"no photo")
    (folder / "whole.jpg").write_bytes(photo_path.read_bytes())
    return folder


def test_no_name_ends_the_run(run_python, odd_names):
    """One name of ten thousand, of another system's encoding, and the rest had no verdict."""
    data = "data:image/jpeg;base64," + "A" * 5000
    names = sorted(str(path) for path in odd_names.iterdir())
    for encoding in ("cp1252", "utf-8"):
        done = run_python(
            *("-m", "detector", *names, data, "a" * 300),
            **{"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        )
        assert done.returncode == 1 and "Traceback" not in done.stderr
        assert "whole.jpg: " in done.stdout
        failed = [line for line in done.stderr.splitlines() if "INFO: Created" not in line]
        assert len(failed) == len(names) - 1 + 2, failed


def test_a_photo_whose_name_starts_with_an_at_is_no_list(run_python, odd_names):
    """Shells put it in place of `*.jpg`."""
    done = run_python("-c", IN_FOLDER, odd_names, "@anna_selfie.jpg", "--json")
    assert [json.loads(line)["photo"] for line in done.stdout.splitlines()] == ["@anna_selfie.jpg"]


IN_FOLDER = """
import os, sys
from detector.__main__ import main
os.chdir(sys.argv[1])
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize("name", ["写" * 83 + ".jpg", "emoji \U0001f600.jpg"])
def test_a_heatmap_of_a_long_name_is_written(run_python, photo_path, tmp_path, name):
    (tmp_path / name).write_bytes(photo_path.read_bytes())
    done = run_python("-m", "detector", tmp_path / name, "--heatmap", tmp_path / "maps")
    assert done.returncode == 0, done.stderr
    [written] = (tmp_path / "maps").iterdir()
    assert written.name.startswith(f"0000-{name[:5]}") and len(os.fsencode(written.name)) <= 255


def test_a_heatmap_that_finds_no_room_costs_its_line_and_leaves_nothing(
    tmp_path, photo, monkeypatch
):
    def full_disk(self, path, *_):
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(type(photo), "save", full_disk)
    with pytest.raises(PhotoError, match="No space left on device"):
        _save_heatmap(photo, tmp_path, "0000-a")
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_has_seen_enough_gets_no_stack_trace(environment, photo_path):
    """`| head -1`."""
    command = [sys.executable, "-m", "detector", *[str(photo_path)] * 30, "--jobs", "1"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read().decode()
    assert "Traceback" not in said and "BrokenPipe" not in said
