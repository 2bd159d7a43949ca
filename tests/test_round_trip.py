"""Train, push, restart: the page serves what was pushed, and says which commit that is."""

import time

import pytest
from gradio_client import Client, handle_file

from detector.weights import MODEL_FILE, read_spec
from testing.hub_tools import EXAMPLE, environment, run, started_hub
from testing.server import serve

REPO = "alice/faces"


@pytest.fixture
def hub(tmp_path):
    with started_hub(tmp_path / "hub") as hub:
        yield hub


def ask(url, *, until=lambda weights: True, seconds=60):
    """The weights of the page's answer, asked again until they are as they should be."""
    client, deadline = Client(url, verbose=False), time.monotonic() + seconds
    try:
        while True:
            *_, result = client.predict(handle_file(EXAMPLE), api_name="/predict")
            if until(result["weights"]) or time.monotonic() > deadline:
                return result["weights"]
    finally:
        client.close()


def test_trained_and_pushed_weights_come_back_to_a_page_with_an_empty_cache(hub, tmp_path, trained):
    folders = ("--weights", trained.weights, "--output", trained.run)
    command = ("-m", "train", "push", "--repo", REPO, *folders, "--tag", "v1")
    done = run(hub, tmp_path / "home", *command, HF_TOKEN="hf_write")
    assert done.returncode == 0, done.stderr
    two_variables = {"DETECTOR_REPO": REPO, "DETECTOR_REVISION": "v1"}
    with serve(**environment(hub.url, tmp_path / "fresh", **two_variables)) as url:
        weights = ask(url, until=lambda weights: weights["source"] == "hub")
    assert weights == {
        "source": "hub",
        "version": "9.8.7",
        "sha256": read_spec(trained.weights).sha256[MODEL_FILE],
        "repo": REPO,
        "revision": "v1",
        "commit": hub.store.repos["model", REPO].tags["v1"],
        "note": None,
    }


def test_a_page_whose_hub_is_down_answers_and_says_so(hub, tmp_path):
    with (
        hub.fault("", status=503),
        serve(**environment(hub.url, tmp_path / "fresh", DETECTOR_REPO=REPO)) as url,
    ):
        weights = ask(url, until=lambda weights: "503" in weights["note"])
    assert weights["source"] == "embedded"
    assert weights["note"].endswith("The embedded weights serve.")
