"""A push is one commit and a tag, or nothing; a tag never moves and nothing gets worse unasked."""

import dataclasses
import json
import re

import pytest
from huggingface_hub import ModelCard

from detector.config import WEIGHTS_DIR
from detector.weights import MODEL_FILE, SPEC_FILE, read_spec
from testing.hub_server import Hub
from testing.hub_tools import (
    evaluation,
    figures,
    judge,
    run,
    started_hub,
    started_worker,
    write_evaluated,
)
from train.publish.card import model_card

REPO = "alice/faces"
FILES = {
    *("detector.tflite", "detector.keras", "faces.tflite", "detector.json", "metrics.json"),
    *("confusion.png", "curves.png", "reliability.png", "coverage.png"),
    *("LICENSE-faces", "TERMS.md", "README.md"),
}


@pytest.fixture(scope="module")
def shared_hub(tmp_path_factory):
    with started_hub(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


@pytest.fixture(scope="module")
def shared_worker(shared_hub, tmp_path_factory):
    with started_worker(shared_hub, tmp_path_factory.mktemp("home")) as worker:
        yield worker


@pytest.fixture
def hub(shared_hub):
    shared_hub.store.clear()
    shared_hub.requests.clear()
    return shared_hub


@pytest.fixture
def worker(shared_worker):
    shared_worker.empty_cache()
    return shared_worker


@pytest.fixture
def evaluated(tmp_path):
    """Make weights, and their evaluation, as training leaves them."""

    def make(**wanted):
        write_evaluated(tmp_path / "weights", tmp_path / "outputs", **wanted)

    return make


@pytest.fixture
def arguments(tmp_path, evaluated):
    """Of `python`, to push the evaluated weights."""
    evaluated()
    folders = ("--weights", tmp_path / "weights", "--output", tmp_path / "outputs")
    return [str(part) for part in ("-m", "train", "push", "--repo", REPO, *folders)]


@pytest.fixture
def push(hub, worker, arguments):
    """Push with a token that may write."""

    def run_push(*more, token="hf_write"):
        return worker("train", arguments=[*arguments[2:], *more], token=token)

    return run_push


def repository(hub):
    return hub.store.repos["model", REPO]


def refused(done, *words):
    """Whether a push ended with an error that has those words."""
    assert done["status"] == 1, done["stdout"]
    assert all(word in done["stderr"] for word in words), done["stderr"]
    return True


def test_a_push_is_one_commit_and_a_tag_that_serves(hub, arguments, tmp_path):
    done = run(hub, tmp_path / "home", *arguments, HF_TOKEN="hf_write")
    assert done.returncode == 0, done.stderr
    repo = repository(hub)
    assert len(repo.commits) == 2  # the one that made the repository, and ours
    assert repo.tags == {"v2.0.0": repo.head}
    assert set(repo.commits[repo.head]) == FILES | {".gitattributes"}
    assert not repo.is_private
    result, _ = judge(hub, tmp_path / "fresh", DETECTOR_REPO=REPO, DETECTOR_REVISION="v2.0.0")
    assert (result["commit"], result["version"]) == (repo.head, "2.0.0")
    assert result["sha256"] == read_spec(tmp_path / "weights").sha256[MODEL_FILE]


def test_the_card_passes_the_librarys_own_validation_and_every_number_is_a_metric(hub, push):
    assert push("--tag", "v7")["status"] == 0
    text = repository(hub).file("v7", "README.md").content.decode()
    card = ModelCard(text)
    values = {result.metric_type: result.metric_value for result in card.data.eval_results}
    expected = {"accuracy": 0.9, "roc_auc": 0.9551, "f1": 0.9001}
    assert values.items() >= expected.items()
    assert card.data.model_name == "faces" and card.data.license == "other"
    for heading in (
        *("How to use", "Intended use", "Limits", "Training data and terms", "Evaluation"),
        *("Calibration", "By source", "Robustness", "Fingerprint"),
    ):
        assert f"\n## {heading}\n" in text
    for figure in (
        "3600",
        "77.7",
        "0.0222",
        "0.8111",
        "1661",
        "0.9234",
        "3.5%",
        "DETECTOR_REVISION=v7",
    ):
        assert figure in text
    assert "OpenForensics is for academic use" in text
    metrics = json.loads(repository(hub).file("v7", "metrics.json").content)
    assert metrics["test"] == figures()
    assert "POST /api/validate-yaml" in hub.requests


def test_figures_of_own_pictures_are_not_claimed_for_the_data_set():
    spec = read_spec(WEIGHTS_DIR)
    training = {**spec.training, "sources": ["mine"]}
    training["config"] = {**training["config"], "margin": 100.0, "corrupt_share": 0.0}
    own = dataclasses.replace(spec, training=training)
    measured = evaluation("1", "0" * 64)
    info = {"evaluation": measured, "repo": "me/faces", "tag": "v1", "terms": ""}
    assert model_card(own, {"test": figures()}, **info).data.eval_results
    measured["sources"]["mine"] = {}
    card = model_card(own, {"test": figures()}, **info)
    assert card.data.eval_results is None and "kaggle" not in card.text.lower()
    assert "Pictures of `mine`: de-duplicated by content across splits, taken whole, clean." in (
        card.text
    )


def test_the_card_says_how_good_it_is_on_each_source():
    """One figure over all sources hides the one whose photos are accused."""
    shares = ("called Fake", "conclusive and right", "conclusive and wrong")
    row = {"pool": "portraits", "pictures": 33, "auc": 0.927}
    row |= {share: 0.152 for share in shares}
    row |= {f"{share} interval": [0.067, 0.309] for share in shares}
    metrics = {"test": figures(), "by source": {"ffhq, Real": row}}
    measured = evaluation("1", "0" * 64)
    info = {"evaluation": measured, "repo": "me/faces", "tag": "v1", "terms": ""}
    card = model_card(read_spec(WEIGHTS_DIR), metrics, **info)
    assert "| ffhq | Real | portraits | 33 | 0.927 | 15.2% (6.7 - 30.9) |" in card.text


def test_a_number_of_the_card_follows_the_figures():
    """Nothing is written into the text by hand: other figures, and no old one is left."""
    spec = read_spec(WEIGHTS_DIR)
    ones, others = (
        str(
            model_card(
                spec,
                {"test": figures(accuracy)},
                evaluation=evaluation("1.0.0", "0" * 64),
                repo="alice/faces",
                tag="v1",
                terms="None.",
            )
        )
        for accuracy in (0.9123, 0.8456)
    )
    assert ones.replace("0.9123", "0.8456") == others and "0.9123" in ones


def test_the_same_push_again_does_nothing(hub, push):
    push()
    before = repository(hub).state()
    done = push()
    assert done["status"] == 0 and "already" in done["stdout"]
    assert repository(hub).state() == before


def test_a_tag_is_never_moved(hub, push, evaluated):
    push("--tag", "v1")
    before = repository(hub).state()
    evaluated(version="2.1.0")
    assert refused(push("--tag", "v1"), "tag v1", "--tag")
    assert repository(hub).state() == before


def test_worse_weights_are_refused_unless_allowed(hub, push, evaluated):
    push()
    before = repository(hub).state()
    evaluated(version="2.1.0", accuracy=0.89)
    assert refused(push(), "0.89", "0.9 ", "--allow-worse")
    assert repository(hub).state() == before
    assert push("--allow-worse")["status"] == 0
    assert set(repository(hub).tags) == {"v2.0.0", "v2.1.0"}


def test_a_dry_run_says_what_would_go_and_changes_nothing(hub, push):
    done = push("--dry-run", token=None)
    assert done["status"] == 0, done["stderr"]
    assert all(name in done["stdout"] for name in [*FILES, "v2.0.0"])
    assert hub.store.repos == {}
    assert {request.split()[0] for request in hub.requests} == {"GET"}


def test_weights_without_an_evaluation_of_their_own_are_not_pushed(hub, push, tmp_path):
    path = tmp_path / "outputs" / "evaluation.json"
    evaluation = json.loads(path.read_text())
    path.write_text(json.dumps(evaluation | {"sha256": "0" * 64}))
    assert refused(push(), "000000000000", "train evaluate")
    path.unlink()
    assert refused(push(), "evaluation.json does not exist", "--output")
    spec = tmp_path / "weights" / SPEC_FILE
    spec.write_text(json.dumps(json.loads(spec.read_text()) | {"metrics": {}}))
    assert refused(push(), "not evaluated")
    assert hub.requests == []


def test_weights_that_fail_their_self_test_are_not_pushed(hub, push, tmp_path):
    spec = tmp_path / "weights" / SPEC_FILE
    spec.write_text(json.dumps(json.loads(spec.read_text()) | {"self_test": [0.0, 0.0]}))
    assert refused(push(), "self-test")
    assert hub.requests == []


def test_a_toy_is_not_pushed(hub, push, evaluated):
    """Four minutes of training must not end up where others take weights from."""
    evaluated(version="2.0.0-quick")
    assert refused(push(), "toy", "without --quick")
    assert hub.requests == []


@pytest.mark.parametrize(
    ("token", "words"),
    [
        (None, ["No token", "HF_TOKEN"]),
        ("hf_unknown", ["(401)", "write access"]),
        ("hf_read", ["(403)", "may not write"]),
        ("hf_bob", ["(403)", "repository of your own"]),
    ],
)
def test_who_may_not_push_is_told_why(hub, push, token, words):
    assert refused(push(token=token), *words)
    assert hub.store.repos == {}


def test_without_a_network_the_push_says_so(arguments, tmp_path):
    nowhere = Hub(tmp_path / "nowhere")
    nowhere.server.server_close()  # a port at which nobody answers
    done = run(nowhere, tmp_path / "home", *arguments, HF_TOKEN="hf_write")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "ConnectError" in done.stderr and "again" in done.stderr


MIDDLES = {
    "card refused": ("validate-yaml", {"status": 400}, "card"),
    "upload refused": ("PUT /lfs", {"status": 403}, "403"),
    "upload not verified": ("/verify", {"status": 400}, "400"),
    "commit fails": ("/commit/", {"status": 500}, "500"),
    "connection lost": ("/commit/", {"drop": 0}, "RemoteProtocolError"),
}


@pytest.mark.parametrize("name", MIDDLES)
def test_a_second_push_that_fails_half_way_leaves_all_as_it_was_and_may_be_repeated(
    hub, push, evaluated, name
):
    pattern, fault, words = MIDDLES[name]
    push()
    before = repository(hub).state()
    evaluated(version="2.1.0")
    with hub.fault(pattern, **fault):
        assert refused(push(), words)
    assert repository(hub).state() == before
    assert push()["status"] == 0
    assert repository(hub).tags["v2.1.0"] == repository(hub).head
    assert len(repository(hub).commits) == 3


LOST = {"/tag/": ({"status": 500}, "but not the tag v2.0.0"), "/commit/": ({"drop": 1}, "Remote")}


@pytest.mark.parametrize("pattern", LOST)
def test_a_commit_that_was_made_is_not_made_twice(hub, push, pattern):
    """The tag failed, or the connection broke after the Hub had committed."""
    fault, words = LOST[pattern]
    with hub.fault(pattern, **fault):
        assert refused(push(), words, "again")
    assert repository(hub).tags == {}
    assert push()["status"] == 0
    assert len(repository(hub).commits) == 2
    assert repository(hub).tags == {"v2.0.0": repository(hub).head}


def test_a_pull_request_leaves_the_branch_and_needs_no_write_access(hub, push, evaluated):
    push()
    head = repository(hub).head
    evaluated(version="2.1.0")
    done = push("--create-pr", token="hf_bob")
    assert done["status"] == 0, done["stderr"]
    assert re.search(r"/discussions/1\b", done["stdout"])
    assert (repository(hub).head, set(repository(hub).tags)) == (head, {"v2.0.0"})
    assert set(repository(hub).pull_requests) == {"refs/pr/1"}


def test_a_private_repository_is_made_on_request(hub, push, tmp_path):
    assert push("--private")["status"] == 0
    assert repository(hub).is_private
    home = tmp_path / "fresh"
    assert judge(hub, home, DETECTOR_REPO=REPO, HF_TOKEN="hf_read")[0]["source"] == "hub"


def test_push_imports_no_tensorflow(hub, tmp_path):
    names = "{'tensorflow', 'keras', 'train.fitting.fit'}"
    code = f"import sys, train.publish.push; print({names} & set(sys.modules))"
    assert run(hub, tmp_path, "-c", code).stdout.strip() == "set()"
