"""The app answers scripts: a real server, the real client."""

import base64
import codecs
import collections
import concurrent.futures
import csv
import json
import os
import re
import subprocess
import sys
import zipfile

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from detector.heatmap import region_around
from testing.server import ROOT, check_form

EXAMPLE = ROOT / "examples" / "admiral.jpg"


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
    check_form(result, form="result")
    assert result["weights"]["sha256"] == detector.weights.info.sha256
    assert faces is None  # one face needs no numbers
    left, top, right, bottom = region_around(expected.crops, expected.size)
    assert right - left < 640  # what is larger is shrunk
    with Image.open(heatmap) as picture:
        assert picture.size == (right - left, bottom - top)


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


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"not a picture", "not_a_photo"), (b"", "empty"), (b"\xff\xd8\xff\xe0 cut", "damaged")],
)
@pytest.mark.parametrize("endpoint", ["/predict", "/explain"])
def test_a_bad_file_is_answered_with_a_sentence_a_code_and_no_server_path(
    client, tmp_path, content, code, endpoint
):
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(AppError, match="Send") as caught:
        client.predict(handle_file(path), api_name=endpoint)
    assert "/" not in str(caught.value)
    assert caught.value.title == code


DATA = "data:image/jpeg;base64," + base64.b64encode(EXAMPLE.read_bytes()).decode()


def test_a_data_text_and_a_single_file_are_taken(client):
    """What browsers and other scripts have in hand."""
    for photo in (DATA, {"path": None, "url": DATA}):
        assert client.predict(photo, api_name="/predict")[-1]["label"] == "Real"
    for photo in (DATA, [DATA], handle_file(EXAMPLE)):
        found = client.predict(photo, api_name="/predict_batch")
        assert found["counts"]["real"] == 1


@pytest.mark.parametrize("endpoint", ["/predict", "/predict_batch", "/explain"])
@pytest.mark.parametrize("photo", [str(EXAMPLE), DATA.partition(",")[2], 7, ["photo.jpg"]])
def test_what_is_no_file_is_answered_with_a_code_and_the_way(client, endpoint, photo):
    with pytest.raises(AppError, match="handle_file") as caught:
        client.predict(photo, api_name=endpoint)
    assert caught.value.title == "wrong_type"


def test_a_batch_judges_all_it_can_and_says_what_is_wrong_with_the_rest(client, tmp_path, photo):
    (tmp_path / "broken.jpg").write_bytes(b"not a picture")
    photo.resize((40, 40)).save(tmp_path / "small.png")
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.write(EXAMPLE, "holiday/portrait.jpg")
    paths = [tmp_path / name for name in ("broken.jpg", "small.png", "more.zip")]
    found = client.predict([handle_file(path) for path in paths], api_name="/predict_batch")
    check_form(found, form="batch")
    assert [entry["file"] for entry in found["photos"]] == [
        *("broken.jpg", "small.png", "portrait.jpg")
    ]
    codes = [entry["error"] and entry["error"]["code"] for entry in found["photos"]]
    assert codes == ["not_a_photo", "too_small", None]
    assert found["photos"][2]["result"]["label"] == "Real"
    assert found["counts"] == {"real": 1, "fake": 0, "inconclusive": 0, "failed": 2}


def test_more_than_fifty_photos_are_refused_at_once(client, tmp_path):
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for index in range(51):
            archive.writestr(f"{index}.jpg", b"not a picture")
    with pytest.raises(AppError, match="More than 50 photos") as caught:
        client.predict([handle_file(tmp_path / "many.zip")], api_name="/predict_batch")
    assert caught.value.title == "too_many_files"


def test_explain_gives_a_picture_per_method(client):
    pictures, result = client.predict(handle_file(EXAMPLE), api_name="/explain")
    check_form(result, form="result")
    assert [item["caption"] for item in pictures] == [
        *("Grad-CAM", "Grad-CAM++", "Score-CAM", "SmoothGrad")
    ]
    contents = set()
    for item in pictures:
        with Image.open(item["image"]) as picture:
            assert min(picture.size) >= 300
            contents.add(picture.tobytes())
    assert len(contents) == 4


def test_explain_refuses_a_face_that_is_not_there(client):
    with pytest.raises(AppError, match="from 1 to 1") as caught:
        client.predict(handle_file(EXAMPLE), False, 2, api_name="/explain")
    assert caught.value.title == "no_such_face"


def test_scripts_see_four_endpoints_and_none_of_the_page(client):
    endpoints = client.view_api(return_format="dict")["named_endpoints"]
    assert set(endpoints) == {"/predict", "/predict_batch", "/predict_video", "/explain"}
    names = [parameter["parameter_name"] for parameter in endpoints["/predict"]["parameters"]]
    assert names == ["photo", "is_face_crop"]


def test_the_curl_lines_of_the_documentation_work(url, tmp_path):
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    lines = re.search(r"take three steps.*?```\n(.*?)```", text, re.DOTALL)[1]
    lines = lines.replace("http://127.0.0.1:7860", url).replace("photo.jpg", str(EXAMPLE))
    done = subprocess.run(["bash", "-c", lines], capture_output=True, text=True, timeout=60)
    assert "event: complete" in done.stdout
    outputs = json.loads(done.stdout.partition("data: ")[2])
    check_form(outputs[-1], form="result")


def test_the_example_scores_a_folder_to_csv(url, run_python, tmp_path, two_faces):
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(EXAMPLE.read_bytes())
    for name in ("below", ".hidden", "dir.jpg"):
        (folder / name).mkdir()
    (folder / "below" / "b.png").write_bytes(two_faces.read_bytes())
    (folder / "c.tif").write_bytes(b"not a picture")
    for name in ("._a.jpg", ".hidden/a.jpg"):
        (folder / name).write_bytes(b"not to be sent")
    (folder / "notes.txt").write_text("not to be sent")
    table = tmp_path / "verdicts.csv"
    done = run_python("examples/score_folder.py", folder, table, "--server", url)
    assert done.returncode == 0, done.stderr
    assert "3/3" in done.stderr  # the progress bar
    assert table.read_bytes().startswith(codecs.BOM_UTF8)  # else Excel mangles "Müller"
    with table.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["file"] for line in lines] == ["a.jpg", "below/b.png", "c.tif"]
    assert [line["label"] for line in lines] == ["Real", "Fake", ""]
    assert lines[2]["error"] == "not_a_photo"


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


def test_visitors_are_served_side_by_side_in_bounded_memory():
    """One at a time, one visitor's slow address would hold up all; each photo may take 320 MB."""
    code = (
        "import app, json; queue = app.demo._queue; print(json.dumps([queue.max_size, "
        "queue.default_concurrency_limit, queue.ANAYLTICS_CACHE_FREQUENCY, "
        "[[f.name, f.concurrency_id, f.concurrency_limit] for f in app.demo.fns.values()]]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    waiting, at_once, frequency, events = json.loads(done.stdout)
    assert waiting == 100 and 1 < at_once < 8 and frequency > 10**9
    shared = collections.defaultdict(set)
    for name, group, limit in events:
        if limit == at_once:
            shared[group].add(name)
    assert shared == {
        "judge": {"judge", "show_resend", "keep", "open_photo", "predict"},
        "batch": {"judge", "predict_batch"},
        "explain": {"explain", "show_methods"},
    }


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
