"""One call from curl gives the result, within the limits that hold for all."""

import subprocess

import httpx
import pytest

from detector.limits import MAX_BYTES
from testing.server import ROOT, check_form, serve

EXAMPLE = ROOT / "examples" / "admiral.jpg"
USER, PASSWORD = "alice", "correct-horse"  # pragma: allowlist secret


def judge(url, **options):
    return httpx.post(f"{url}/judge", timeout=60, **options)


def test_a_form_or_the_photo_itself_gives_the_result(url, detector):
    expected = detector.predict(EXAMPLE)
    content = EXAMPLE.read_bytes()
    for options in ({"files": {"photo": ("a.jpg", content)}}, {"content": content}):
        answer = judge(url, **options)
        assert answer.status_code == 200
        result = answer.json()
        check_form(result, form="result")
        assert result["label"] == expected.label
        assert result["fake_probability"] == pytest.approx(expected.fake_probability, abs=1e-3)


def test_the_line_of_the_documentation_works(url):
    line = next(
        line
        for line in (ROOT / "docs" / "api.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("curl -F photo=@photo.jpg ")
    )
    line = line.replace("http://127.0.0.1:7860", url).replace("photo.jpg", str(EXAMPLE))
    done = subprocess.run(["bash", "-c", f"{line} -s"], capture_output=True, text=True, timeout=60)
    assert '"label":"Real"' in done.stdout, done.stderr


def test_of_a_face_crop_the_central_face_alone_is_judged(url, two_faces):
    files = {"photo": ("a.png", two_faces.read_bytes())}
    assert len(judge(url, files=files).json()["faces"]) == 2
    assert len(judge(url, files=files, data={"is_face_crop": "true"}).json()["faces"]) == 1
    answer = judge(url, content=two_faces.read_bytes(), params={"is_face_crop": "1"})
    assert len(answer.json()["faces"]) == 1


BAD = {
    "not a picture": ({"content": b"Dear reader"}, 422, "not_a_photo"),
    "nothing": ({"content": b""}, 422, "empty"),
    "another field": ({"files": {"image": ("a.jpg", b"x")}}, 422, "no_files"),
    "two": ({"files": [("photo", ("a", b"x")), ("photo", ("b", b"x"))]}, 422, "too_many_files"),
    "a name": (
        {"data": {"photo": "photo.jpg"}, "files": {"x": ("a", b"x")}},
        *(422, "wrong_type"),
    ),
    "no form": (
        {"content": b"x", "headers": {"Content-Type": "multipart/form-data; boundary=y"}},
        *(422, "wrong_type"),
    ),
    "too large": ({"content": bytes(MAX_BYTES + 2**17)}, 413, "too_many_bytes"),
}


@pytest.mark.parametrize(("options", "status", "code"), BAD.values(), ids=BAD)
def test_what_is_no_photo_is_answered_with_a_sentence_and_a_code(url, options, status, code):
    answer = judge(url, **options)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"].endswith(".")


def test_it_stands_in_the_openapi_document(url):
    document = httpx.get(f"{url}/gradio_api/openapi.json").json()
    assert "post" in document["paths"]["/judge"]
    assert any(path.endswith("/predict") for path in document["paths"])


def test_password_and_rate_limit_hold_here_too():
    content = EXAMPLE.read_bytes()
    with serve(DETECTOR_AUTH=f"{USER}:{PASSWORD}", DETECTOR_RATE_LIMIT="2") as url:
        assert judge(url, content=content).status_code == 401
        assert httpx.get(f"{url}/gradio_api/openapi.json").status_code == 401
        login = httpx.post(f"{url}/login", data={"username": USER, "password": PASSWORD})
        cookie = "; ".join(f"{name}={value}" for name, value in login.cookies.items())
        headers = {"Cookie": cookie}
        answers = [judge(url, content=content, headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].json()["code"] == "too_many_requests"
    assert answers[-1].headers["Retry-After"]
