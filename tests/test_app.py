"""The app answers scripts: a real server, the real client."""

import concurrent.futures
import os
import subprocess
import sys

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image
from server import ROOT

EXAMPLE = ROOT / "examples" / "astronaut.jpg"


@pytest.fixture(scope="module")
def client(url):
    return Client(url, verbose=False)


def test_the_readmes_three_lines_give_label_confidence_heatmap_and_json(client, detector):
    label, sentence, heatmap, faces, result = client.predict(
        handle_file(EXAMPLE), api_name="/predict"
    )
    expected = detector.predict(EXAMPLE)
    assert label["label"] == result["label"] == expected.label
    assert result["fake_probability"] == pytest.approx(expected.fake_probability, abs=1e-3)
    confidences = {item["label"]: item["confidence"] for item in label["confidences"]}
    assert set(confidences) == {"Real", "Fake"}
    assert sum(confidences.values()) == pytest.approx(1.0)
    assert sentence
    assert result["weights"]["sha256"] == detector.weights.info.sha256
    assert faces is None  # one face needs no numbers
    with Image.open(heatmap) as picture:
        assert min(picture.size) > 100


def test_several_faces_are_numbered_on_a_picture_of_their_own(client, photo, tmp_path):
    both = Image.new("RGB", (2 * photo.width, photo.height))
    both.paste(photo, (0, 0))
    both.paste(photo, (photo.width, 0))
    both.save(tmp_path / "both.png")
    *_, faces, result = client.predict(handle_file(tmp_path / "both.png"), api_name="/predict")
    assert len(result["faces"]) == 2
    with Image.open(faces) as picture:
        assert picture.size == (1024, 512)


def test_of_a_face_crop_the_central_face_alone_is_judged(client, photo, tmp_path):
    both = Image.new("RGB", (photo.width + 200, photo.height))
    both.paste(photo, (0, 0))
    both.paste(photo.crop((150, 0, 350, photo.height)), (photo.width, 0))
    both.save(tmp_path / "both.png")
    *_, result = client.predict(handle_file(tmp_path / "both.png"), True, api_name="/predict")
    assert len(result["faces"]) == 1
    assert result["faces"][0]["box"][0] < photo.width


@pytest.mark.parametrize("content", [b"not a picture", b"", b"\xff\xd8\xff\xe0 cut off"])
def test_a_bad_file_is_answered_with_a_sentence_and_no_server_path(client, tmp_path, content):
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(AppError, match="Send") as caught:
        client.predict(handle_file(path), api_name="/predict")
    assert "/" not in str(caught.value)


def test_parallel_calls_all_get_their_own_answer(client, photo, tmp_path):
    paths = []
    for index in range(8):
        shade = Image.new("RGB", photo.size, (30 * index, 0, 90))
        Image.blend(photo, shade, 0.3).save(path := tmp_path / f"{index}.png")
        paths.append(path)

    def ask(path):
        return client.predict(handle_file(path), api_name="/predict")[-1]["fake_probability"]

    alone = [ask(path) for path in paths]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, paths * 3)) == alone * 3


def test_the_page_starts_without_tensorflow():
    code = "import app, sys; print(sorted({'tensorflow', 'keras', 'train'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_damaged_weights_stop_the_app_with_a_sentence(weights_copy):
    path = weights_copy / "detector.tflite"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "DETECTOR_WEIGHTS": str(weights_copy)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode != 0
    assert "detector.tflite" in done.stderr and "DETECTOR_WEIGHTS" in done.stderr
    assert "Traceback" not in done.stderr
