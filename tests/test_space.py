"""The Space: its settings are valid, it gets what it needs and nothing else, in one command."""

import ast
import re
import subprocess
import sys

import pytest
import yaml

from detector.weights import load_weights
from testing.hub_store import front_matter_errors
from testing.hub_tools import ROOT, run, started_hub, started_worker

REPO = "alice/page"


@pytest.fixture(scope="module")
def shared_hub(tmp_path_factory):
    with started_hub(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


@pytest.fixture(scope="module")
def worker(shared_hub, tmp_path_factory):
    with started_worker(shared_hub, tmp_path_factory.mktemp("home")) as worker:
        yield worker


@pytest.fixture
def hub(shared_hub):
    shared_hub.store.clear()
    return shared_hub


@pytest.fixture
def deploy(hub, worker):
    def run_deploy(*arguments, token="hf_write", stdin=""):
        arguments = ["deploy-space", "--repo", REPO, *arguments]
        return worker("train", arguments=arguments, token=token, stdin=stdin)

    return run_deploy


@pytest.fixture(scope="module")
def layout(shared_hub, tmp_path_factory):
    """The folder that `make space` lays out."""
    folder = tmp_path_factory.mktemp("layout") / "space"
    done = run(shared_hub, folder, "-m", "train", "space", "--output", folder)
    assert done.returncode == 0, done.stderr
    return folder


def names_in(folder):
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def front_matter():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return yaml.safe_load(re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)[1]), text


def pins():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split(";")[0].split("==") for line in lines if "==" in line)


def test_the_front_matter_is_what_a_space_accepts():
    values, text = front_matter()
    assert front_matter_errors(text, "space") == []
    known = {
        *("title", "emoji", "colorFrom", "colorTo", "sdk", "sdk_version", "python_version"),
        *("app_file", "license", "short_description", "models", "datasets", "tags", "thumbnail"),
        *("preload_from_hub", "suggested_hardware", "pinned"),
    }
    assert set(values) <= known
    assert {"title", "sdk", "sdk_version", "python_version", "app_file", "license"} <= set(values)
    assert values["sdk"] == "gradio"
    assert values["sdk_version"] == pins()["gradio"]  # a number would have lost its last zero
    assert values["python_version"] in ("3.11", "3.12")
    assert (ROOT / values["app_file"]).is_file()
    assert len(values["short_description"]) <= 60


def test_the_layout_has_all_that_the_page_needs_and_nothing_of_training(layout):
    names = names_in(layout)
    assert {"app.py", "README.md", "LICENSE", "requirements.txt"} <= names
    assert {"weights/detector.tflite", "weights/faces.tflite", "weights/detector.json"} <= names
    assert not any(name.startswith(("train/", "tests/", ".")) for name in names)
    assert not any("__pycache__" in name for name in names)
    for package in ("detector", "page"):
        files = {f"{package}/{name}" for name in names_in(ROOT / package) if ".pyc" not in name}
        assert files == {name for name in names if name.startswith(f"{package}/")}
    load_weights(layout / "weights")


def test_the_app_of_the_layout_imports_nothing_that_was_left_behind(layout):
    """The page is built from the layout alone, and what is imported is pinned there."""
    code = "import sys; sys.path.insert(0, '.'); import app; app.launch_options()"
    command = [sys.executable, "-IB", "-c", code]
    done = subprocess.run(command, cwd=layout, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for path in [layout / "app.py", *layout.glob("page/**/*.py"), *layout.glob("detector/**/*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules = {
            node.module
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and not node.level
        }
        modules |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        outside = {module.split(".")[0] for module in modules} - set(sys.stdlib_module_names)
        known = {"detector", "page", *(name.replace("-", "_") for name in pins())}
        renamed = {"PIL": "pillow", "c2pa": "c2pa_python"}
        on_request = {"ray", "pyarrow"} if path.parent.name == "batch" else set()
        assert {renamed.get(name, name) for name in outside} <= known | on_request, path


def test_make_space_is_that_command():
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nspace:")[2]
    assert "-m train space" in recipe.splitlines()[1]


def test_a_folder_that_holds_something_is_left_alone(hub, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    done = run(hub, tmp_path, "-m", "train", "space", "--output", tmp_path)
    assert done.returncode == 1 and "not empty" in done.stderr
    assert (tmp_path / "thesis.txt").is_file()


def test_a_space_is_deployed_with_its_variables_and_the_layout_exactly(hub, deploy, layout):
    done = deploy("--weights-repo", "alice/faces", "--weights-revision", "v2.0.0")
    assert done["status"] == 0, done["stderr"]
    repo = hub.store.repos["space", REPO]
    assert repo.sdk == "gradio" and not repo.is_private
    assert repo.variables == {"DETECTOR_REPO": "alice/faces", "DETECTOR_REVISION": "v2.0.0"}
    assert repo.secrets == {}
    files = repo.commits[repo.head]
    assert set(files) - {".gitattributes"} == names_in(layout)
    assert all(files[name].content == (layout / name).read_bytes() for name in names_in(layout))


def test_a_second_deployment_is_one_commit_that_also_removes_and_keeps_the_variables(hub, deploy):
    deploy("--weights-repo", "alice/faces")
    repo = hub.store.repos["space", REPO]
    repo.commit({"detector/removed.py": b"old", "app.py": b"old"})
    count = len(repo.commits)
    assert deploy()["status"] == 0
    assert len(repo.commits) == count + 1
    assert "detector/removed.py" not in repo.commits[repo.head]
    assert repo.file("main", "app.py").content == (ROOT / "app.py").read_bytes()
    assert repo.variables == {"DETECTOR_REPO": "alice/faces"}


def test_the_secret_comes_from_a_line_of_input_and_is_never_printed(hub, deploy):
    done = deploy("--secret-token", "--private", stdin="hf_secret\n")
    assert done["status"] == 0, done["stderr"]
    repo = hub.store.repos["space", REPO]
    assert repo.secrets == {"HF_TOKEN": "hf_secret"} and repo.is_private
    assert "hf_secret" not in done["stdout"] + done["stderr"]


def test_a_dry_run_lists_the_files_and_asks_nobody(hub, deploy, layout):
    """What goes to a public place is looked at before it goes."""
    done = deploy("--dry-run", token=None)
    assert done["status"] == 0, done["stderr"]
    listed = {line.split()[0] for line in done["stdout"].splitlines() if line.startswith("  ")}
    assert listed == names_in(layout) and "Nothing was pushed" in done["stdout"]
    assert hub.store.repos == {}


@pytest.mark.parametrize(("token", "words"), [(None, "No token"), ("hf_bob", "403")])
def test_who_may_not_deploy_is_told_why(hub, deploy, token, words):
    done = deploy(token=token)
    assert done["status"] == 1 and words in done["stderr"]
    assert hub.store.repos == {}


def test_a_deployment_that_fails_half_way_may_be_repeated(hub, deploy):
    with hub.fault("/commit/", status=500):
        assert deploy()["status"] == 1
    repo = hub.store.repos["space", REPO]
    assert set(repo.commits[repo.head]) == {".gitattributes"}
    assert deploy()["status"] == 0 and len(repo.commits) == 2
