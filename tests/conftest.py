"""Fixtures: a public-domain portrait, drawn faces, the shipped weights and copies to damage."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest
import skimage.data
from PIL import Image

from detector import load_detector
from detector.config import WEIGHTS_DIR
from detector.weights import FACES_FILE, MODEL_FILE, SPEC_FILE
from testing import drawing
from testing.browser import started_chromium
from testing.server import serve

ROOT = Path(__file__).resolve().parents[1]
ISSUES_URL = "https://git.example/me/detector/issues/new"
# Files of tests that start servers, browsers or trainings, or build large networks, and fixtures
# that start a process; `make test` leaves out what is in the ones or takes the others.
SLOW = (
    *("test_access", "test_app", "test_clip_page", "test_compare"),
    *("test_distribute", "test_evaluate", "test_heatmap", "test_hub", "test_judge"),
    *("test_leave_out", "test_mcp", "test_notebook", "test_page", "test_push"),
    *("test_ray_engine", "test_registry", "test_round_trip", "test_space", "test_torch_speed"),
    "test_training",
)

STARTING = {"browser", "environment", "run_python", "trained", "url"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.stem in SLOW or STARTING & set(item.fixturenames):
            item.add_marker("slow")


@pytest.fixture
def photo():
    """NASA's portrait of Eileen Collins, 512x512, public domain; one upright face."""
    return Image.fromarray(skimage.data.astronaut())


@pytest.fixture(scope="session")
def sure_photo():
    """The US Navy's portrait of Grace Hopper, public domain, which is conclusively Real."""
    return Image.open(ROOT / "examples" / "admiral.jpg")


@pytest.fixture
def photo_path(photo, tmp_path):
    path = tmp_path / "astronaut.png"
    photo.save(path)
    return path


@pytest.fixture(scope="session")
def detector():
    return load_detector()


@pytest.fixture(scope="session")
def url():
    """The address of the running app."""
    with serve(DETECTOR_ISSUES_URL=ISSUES_URL) as address:
        yield address


@pytest.fixture(scope="session")
def two_faces(tmp_path_factory):
    """A picture of two faces side by side: NASA's portrait, and our manipulated copy of it."""
    names = ("astronaut.jpg", "astronaut-manipulated.jpg")
    pictures = [Image.open(ROOT / "examples" / name) for name in names]
    both = Image.new("RGB", (1024, 512))
    for index, picture in enumerate(pictures):
        both.paste(picture, (512 * index, 0))
    path = tmp_path_factory.mktemp("photos") / "both.png"
    both.save(path)
    return path


@pytest.fixture
def weights_copy(tmp_path):
    """A copy of the serving files of the weights folder, to damage."""
    folder = tmp_path / "weights"
    folder.mkdir()
    for name in (SPEC_FILE, MODEL_FILE, FACES_FILE):
        shutil.copy(WEIGHTS_DIR / name, folder / name)
    return folder


@pytest.fixture
def drawn_faces(tmp_path):
    """A small data set of drawn faces, `Train/Real/0000.png` and so on."""
    root = tmp_path / "drawn"
    drawing.write_data_set(root, counts={"Train": 3, "Validation": 2, "Test": 2})
    return root


@pytest.fixture(scope="session")
def environment(tmp_path_factory):
    """Environment of processes that run Python."""
    settings = {"PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)}
    if sys.dont_write_bytecode:  # else every process compiles all of TensorFlow anew
        prefix = str(tmp_path_factory.mktemp("bytecode"))
        settings |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": prefix}
    return {**os.environ, **settings}


@pytest.fixture(scope="session")
def run_python(environment):
    """Run `python ARGUMENTS` from the repository in a process of its own."""

    def run(*arguments, **settings):
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=ROOT,
            env={**environment, **settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=900,
        )

    return run


@pytest.fixture(scope="session")
def trained(tmp_path_factory, run_python):
    """What `python -m train all` makes of an archive of drawn faces; to read, not to change."""
    root = tmp_path_factory.mktemp("training")
    drawing.write_data_set(root / "drawn", counts={"Train": 24, "Validation": 12, "Test": 12})
    with zipfile.ZipFile(root / "faces.zip", "w") as archive:
        for path in sorted((root / "drawn").rglob("*.png")):
            archive.write(path, path.relative_to(root / "drawn").as_posix())
    paths = SimpleNamespace(data=root / "data", run=root / "run", weights=root / "weights")
    done = run_python(
        *("-m", "train", "all", "--archive", root / "faces.zip", "--data", paths.data),
        *("--run", paths.run, "--weights", paths.weights, "--version", "9.8.7", *drawing.SET_TINY),
    )
    assert done.returncode == 0, done.stderr
    assert "confusion matrix" in done.stdout
    return paths


@pytest.fixture(scope="module")
def browser():
    """A Chromium, for tests that are skipped where there is none."""
    with started_chromium() as browser:
        yield browser
