"""A hub that is slow, down, empty or wrong never stops the page, nor serves a wrong network."""

import json
import subprocess
import sys
import time

import pytest

from detector.weights import FACES_FILE, MODEL_FILE, SPEC_FILE
from testing.hub_tools import (
    EXAMPLE,
    ROOT,
    environment,
    judge,
    publish,
    run,
    started_hub,
    started_worker,
    weights,
)

REPO = "alice/faces"


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with started_hub(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


@pytest.fixture(scope="module")
def shared_worker(hub, tmp_path_factory):
    with started_worker(hub, tmp_path_factory.mktemp("home")) as worker:
        yield worker


@pytest.fixture
def worker(shared_worker):
    shared_worker.empty_cache()
    return shared_worker


@pytest.fixture(autouse=True)
def clean_hub(hub):
    hub.store.clear()
    hub.requests.clear()


def test_a_tag_serves_and_the_result_names_its_commit(hub, worker):
    commit = publish(hub, weights(version="2.0.0"), tag="v2.0.0")
    result = worker("refresh", repo=REPO, revision="v2.0.0")
    expected = {"source": "hub", "version": "2.0.0", "repo": REPO, "revision": "v2.0.0"}
    assert result.items() >= (expected | {"commit": commit, "note": None, "retry": False}).items()


def test_a_branch_is_resolved_to_its_commit_anew_at_every_start(hub, worker):
    for version in ("2.0.0", "2.1.0"):
        commit = publish(hub, weights(version=version))
        result = worker("refresh", repo=REPO)
        assert (result["version"], result["commit"]) == (version, commit)


def test_a_commit_in_the_cache_needs_no_network(hub, worker):
    """What `preload_from_hub` of a Space fetched at build serves without asking again."""
    commit = publish(hub, weights(version="2.0.0"))
    worker("refresh", repo=REPO, revision=commit)
    hub.requests.clear()
    result = worker("refresh", repo=REPO, revision=commit)
    assert (result["source"], result["note"], hub.requests) == ("hub", None, [])


FAULTS = {
    # name: (pattern, fault, whether another try may help, words of the sentence)
    "no token": ("", {"status": 401}, False, "HF_TOKEN"),
    "forbidden": ("", {"status": 403}, False, "HF_TOKEN"),
    "no such address": ("", {"status": 404}, False, "404"),
    "rate limit": ("", {"status": 429}, True, "429"),
    "broken": ("", {"status": 500}, True, "500"),
    "down": ("", {"status": 503}, True, "503"),
    "hangs": ("api/models", {"slow": 3}, True, "ReadTimeout"),
    "hangs up": ("", {"drop": 0}, True, "RemoteProtocolError"),
    "forbidden file": (f"HEAD .*{MODEL_FILE}", {"status": 403}, True, "Hub"),
    "truncated network": (f"cdn/.*{MODEL_FILE}", {"truncate": 5000}, True, "OSError"),
    "truncated json": (f"GET .*{SPEC_FILE}", {"truncate": 50}, True, "OSError"),
    "altered network": (f"cdn/.*{MODEL_FILE}", {"alter": True}, False, "sha256"),
    "altered face network": (f"cdn/.*{FACES_FILE}", {"alter": True}, False, "sha256"),
    "altered json": (f"GET .*{SPEC_FILE}", {"alter": True}, False, "damaged"),
    "cut off again and again": (f"cdn/.*{FACES_FILE}", {"drop": 9}, True, "RemoteProtocol"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_whatever_the_hub_does_verified_weights_answer_and_say_why(hub, worker, name):
    pattern, fault, retry, words = FAULTS[name]
    publish(hub, weights(version="2.0.0"))
    with hub.fault(pattern, **fault):
        result = worker("refresh", repo=REPO)
    assert (result["source"], result["commit"], result["retry"]) == ("embedded", None, retry)
    assert words in result["note"] and result["note"].endswith("embedded weights serve.")
    assert "\n" not in result["note"]
    assert worker("refresh", repo=REPO)["source"] == "hub"  # nothing of it stays in the cache


WRONG = {
    "empty": ({"README.md": b"soon"}, "holds no detector.json"),
    "no network": (weights(without=[MODEL_FILE]), f"holds no {MODEL_FILE}"),
    "no face network": (weights(without=[FACES_FILE]), f"holds no {FACES_FILE}"),
    "not json": (weights() | {SPEC_FILE: b"<html>"}, "not a JSON object"),
    "other schema": (weights(schema=1), "schema 1"),
    "other classes": (weights(classes=["Fake", "Real"]), "classes"),
    "other network": (weights() | {MODEL_FILE: b"\0" * 99}, "sha256"),
    "other input": (weights(input_size=64), "detector.tflite takes"),
    "failed self-test": (weights(self_test=[0.0, 0.0]), "self-test"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_weights_of_a_repository_never_serve(hub, worker, name):
    files, words = WRONG[name]
    publish(hub, files)
    result = worker("refresh", repo=REPO)
    assert (result["source"], result["retry"]) == ("embedded", False)
    assert words in result["note"] and "git checkout" not in result["note"]


@pytest.mark.parametrize(
    ("repo", "revision", "words"),
    [
        ("alice/other", "main", "has no alice/other"),
        (REPO, "v9", "'v9'"),
        (REPO, "0" * 40, "'0000"),
        ("no slash/at all", "main", "USER/NAME"),
    ],
)
def test_a_name_that_is_not_there_is_said(hub, worker, repo, revision, words):
    publish(hub, weights())
    result = worker("refresh", repo=repo, revision=revision)
    assert (result["source"], result["retry"]) == ("embedded", False)
    assert words in result["note"]


@pytest.mark.parametrize("fault", [{"drop": 100_000}, {"alter": True}])
def test_a_download_that_fails_once_is_mended(hub, worker, fault):
    publish(hub, weights(version="2.0.0"))
    with hub.fault(f"cdn/.*{MODEL_FILE}", times=1, **fault):
        assert worker("refresh", repo=REPO)["version"] == "2.0.0"


def test_with_the_hub_down_the_commit_fetched_last_serves_and_says_so(hub, worker):
    commit = publish(hub, weights(version="2.0.0"))
    worker("refresh", repo=REPO)
    with hub.fault("", status=503):
        result = worker("refresh", repo=REPO)
    assert (result["source"], result["commit"]) == ("hub", commit)
    assert "503" in result["note"]


def test_a_file_damaged_in_the_cache_is_fetched_again(hub, worker):
    commit = publish(hub, weights(version="2.0.0"))
    worker("refresh", repo=REPO)
    [path] = worker.home.glob(f"hub/*/snapshots/{commit}/{MODEL_FILE}")
    path.resolve().write_bytes(b"damaged")
    with hub.fault("", status=503):
        assert worker("refresh", repo=REPO)["source"] == "embedded"
    assert worker("refresh", repo=REPO)["source"] == "hub"


def test_while_a_slow_hub_is_asked_the_embedded_weights_answer(hub, worker):
    publish(hub, weights(version="2.0.0"))
    with hub.fault("cdn", slow=0.05):
        result = worker("follow", repo=REPO)
    assert result["sources"][0] == "embedded" and result["sources"][-1] == "hub"
    assert len(result["sources"]) > 10  # answers came all the while
    assert "is being fetched" in result["notes"][0] and result["notes"][-1] is None


def test_a_hub_that_comes_back_is_asked_again(hub, worker):
    publish(hub, weights(version="2.0.0"))
    with hub.fault("api/models", status=503, times=2):
        result = worker("follow", repo=REPO)
    assert result["sources"][-1] == "hub"
    assert any("503" in note for note in result["notes"] if note)


def test_a_verdict_never_mixes_two_sets_of_weights(hub, worker):
    """The second set differs in its calibration only, so a mix would show."""
    publish(hub, weights(version="2.0.0"), tag="v2")
    publish(hub, weights(version="3.0.0", bias=2.0), tag="v3")
    seen = worker("swap", repo=REPO, revisions=["v2", "v3"])
    assert [version for version, _ in seen] == ["2.0.0", "3.0.0"]
    assert seen[0][1] != seen[1][1]


# From here on: processes of their own, as a user starts them


def test_the_command_line_fetches_before_it_answers_and_the_cache_serves_offline(hub, tmp_path):
    commit = publish(hub, weights(version="2.0.0"), tag="v2.0.0")
    names = {"DETECTOR_REPO": REPO, "DETECTOR_REVISION": "v2.0.0"}
    result, _ = judge(hub, tmp_path, **names)
    assert (result["version"], result["commit"]) == ("2.0.0", commit)
    hub.requests.clear()
    assert judge(hub, tmp_path, HF_HUB_OFFLINE="1", **names)[0] == result
    assert hub.requests == []


def test_offline_with_an_empty_cache_the_embedded_weights_serve(hub, tmp_path):
    result, log = judge(hub, tmp_path, HF_HUB_OFFLINE="1", DETECTOR_REPO=REPO)
    assert result["source"] == "embedded"
    assert "HF_HUB_OFFLINE" in result["note"] and result["note"] in log


def test_a_private_repository_needs_a_token(hub, tmp_path):
    publish(hub, weights(version="2.0.0"), is_private=True)
    assert judge(hub, tmp_path, DETECTOR_REPO=REPO, HF_TOKEN="hf_read")[0]["version"] == "2.0.0"
    result, _ = judge(hub, tmp_path / "other", DETECTOR_REPO=REPO)
    assert result["source"] == "embedded" and "HF_TOKEN" in result["note"]


def test_where_the_hub_is_required_nothing_else_serves(hub, tmp_path):
    required = {"DETECTOR_REPO": REPO, "DETECTOR_REQUIRE_HUB": "1"}
    done = run(hub, tmp_path, "-m", "detector", EXAMPLE, **required)
    assert (done.returncode, done.stdout) == (2, "")
    assert "has no alice/faces" in done.stderr and "Traceback" not in done.stderr
    publish(hub, weights(version="2.0.0"))
    nowhere = {"DETECTOR_WEIGHTS": str(tmp_path / "nowhere")}
    assert judge(hub, tmp_path, **required, **nowhere)[0]["version"] == "2.0.0"


def test_a_kill_in_the_middle_of_a_download_costs_nothing_but_the_download(hub, tmp_path):
    commit = publish(hub, weights(version="2.0.0"))
    command = [sys.executable, "-m", "detector", str(EXAMPLE)]
    with hub.fault("cdn", slow=0.5):
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(hub.url, tmp_path, DETECTOR_REPO=REPO),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob("hub/*/blobs/*.incomplete")):
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.05)
        process.kill()
        process.communicate()
    with hub.fault("", status=503):
        assert judge(hub, tmp_path, DETECTOR_REPO=REPO)[0]["source"] == "embedded"
    assert judge(hub, tmp_path, DETECTOR_REPO=REPO)[0]["commit"] == commit


def test_without_a_repository_the_client_library_is_not_even_imported(hub, tmp_path):
    code = (
        "import sys, detector; detector.load_detector();"
        "print([m for m in ('huggingface_hub', 'tensorflow', 'keras') if m in sys.modules])"
    )
    assert run(hub, tmp_path, "-c", code).stdout.strip() == "[]"
    code = code.replace("load_detector()", "load_detector(wait=True)")
    done = run(hub, tmp_path, "-c", code, DETECTOR_REPO=REPO)
    assert done.stdout.strip() == "['huggingface_hub']"


def test_an_unknown_value_of_require_hub_is_refused(hub, tmp_path):
    done = run(hub, tmp_path, "-m", "detector", EXAMPLE, DETECTOR_REQUIRE_HUB="yes")
    assert done.returncode != 0 and "'yes'" in done.stderr


def test_the_hub_of_the_tests_stores_what_a_result_reports(hub, tmp_path):
    """The commit in a result leads to the very bytes that served."""
    publish(hub, weights(version="2.0.0"))
    result, _ = judge(hub, tmp_path, DETECTOR_REPO=REPO)
    stored = hub.store.repos["model", REPO].file(result["commit"], SPEC_FILE)
    assert json.loads(stored.content)["sha256"][MODEL_FILE] == result["sha256"]
