"""Nobody gets more from the server than its answers, and nobody keeps others from theirs."""

import contextlib
import http.client
import json
import re
import urllib.parse

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from detector.errors import ClipError
from page.server.guard import HEADERS, MAX_AT_ONCE, MAX_WAITING
from page.server.rate_limit import Limit, Turns, client_of
from testing.server import ROOT, check_form, serve

EXAMPLE = ROOT / "examples" / "astronaut.jpg"
USER, PASSWORD = "alice", "correct-horse"  # pragma: allowlist secret


def upload(url, name="photo.jpg", content=None, **options):
    content = EXAMPLE.read_bytes() if content is None else content
    return httpx.post(f"{url}/gradio_api/upload", files={"files": (name, content)}, **options)


def ask(url, endpoint, photo, **options):
    """Call an endpoint as curl does; gives the event's name and its data."""
    data = {"predict": [photo, False], "predict_video": [photo], "explain": [photo, False, 1]}
    data = data.get(endpoint, [[photo], False])
    address = f"{url}/gradio_api/call/{endpoint}"
    answer = httpx.post(address, json={"data": data}, **options)
    answer.raise_for_status()
    events = httpx.get(f"{address}/{answer.json()['event_id']}", timeout=60, **options).text
    [*_, event, data] = re.findall(r"^(?:event|data): (.*)$", events, re.MULTILINE)
    return event, json.loads(data)


def file_data(**values):
    return {"meta": {"_type": "gradio.FileData"}, **values}


# Files


@pytest.fixture(scope="module")
def secret(tmp_path_factory):
    """A photo that lies on the server, and is nobody's upload."""
    path = tmp_path_factory.mktemp("home") / "private.jpg"
    path.write_bytes(EXAMPLE.read_bytes())
    return path


@pytest.mark.parametrize(
    "path",
    [
        *("/etc/passwd", "/proc/self/environ", "app.py", "weights/detector.tflite", "/"),
        *("{upload}/../../../../../../etc/passwd", "{folder}", "{secret}", "file:///etc/passwd"),
        *("..%2f..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/etc/passwd%00"),
        *("%252fetc%252fpasswd", "~/.bashrc", "/etc/passwd?/{upload}", "\\etc\\passwd"),
        *("http://127.0.0.1/", "https://example.org/", "https:/example.org/"),
    ],
)
def test_no_file_of_the_server_can_be_read(url, secret, path):
    [uploaded] = upload(url, content=b"mine").json()
    folder = uploaded.rpartition("/")[0]
    path = path.format(upload=uploaded, folder=folder, secret=secret)
    for prefix in ("/gradio_api/file=", "/gradio_api/file/", "/file=", "/gradio_api/proxy="):
        # httpx would tidy the path; an attacker's tool does not.
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", prefix + path)
            with connection.getresponse() as answer:
                body = answer.read()
        assert answer.status in (400, 403, 404), (prefix, answer.status, body[:80])
        assert b"root:" not in body and b"PATH=" not in body
    assert httpx.get(f"{url}/gradio_api/file={uploaded}").content == b"mine"


@pytest.mark.parametrize("endpoint", ["predict", "predict_batch", "predict_video", "explain"])
def test_a_request_names_no_file_of_the_server_and_no_address_inside(url, secret, endpoint):
    assert upload(url).status_code == 200  # what is refused below is the place, not the photo
    own = httpx.URL(url).port
    refused = [
        file_data(path=str(secret)),
        file_data(path=str(ROOT / "examples" / "astronaut.jpg")),
        file_data(path=f"file://{secret}"),
        file_data(path="/proc/self/fd/0"),
        file_data(path="http://127.0.0.1/photo.jpg"),
        file_data(path=f"{url}/gradio_api/file={secret}"),
        file_data(path="http://169.254.169.254/latest/meta-data/"),
        file_data(path=f"http://[::ffff:127.0.0.1]:{own}/"),
        file_data(path=str(secret), url="http://127.0.0.1/photo.jpg", is_stream=True),
        file_data(path=str(secret), url=f"{url}/favicon.ico"),
        {"path": str(secret)},
        str(secret),
    ]
    for photo in refused:
        event, data = ask(url, endpoint, photo)
        assert event == "error", (photo, data)


def test_an_address_in_a_request_is_fetched_within_the_limits_of_detector_fetch(url):
    """Gradio's own way has no limit of bytes or time; the code shows which one was gone."""
    _, data = ask(url, "predict", file_data(path="http://localhost/photo.jpg"))
    assert data["title"] == "address_private"


@pytest.mark.parametrize(
    "name", ["../../../up.jpg", "..\\up.jpg", "/etc/cron.d/up.jpg", "a/b/up.jpg", "%2e%2e%2fup.jpg"]
)
def test_an_upload_lies_under_an_unguessable_name_whatever_it_is_called(url, name):
    [path] = upload(url, name=name).json()
    [other] = upload(url, content=b"other").json()
    root = other.rsplit("/", 2)[0]
    folder, _, last = path.removeprefix(f"{root}/").partition("/")
    # A hash of a secret of the installation and the content: knowing the content is not enough.
    assert re.fullmatch("[0-9a-f]{64}", folder) and "/" not in last and last not in ("..", ".")
    assert ask(url, "predict", file_data(path=path, orig_name=name))[0] == "complete"


def test_what_a_visitor_uploads_is_never_shown_as_a_page_of_the_server(url):
    """A script in it would run with the rights of the page."""
    for name, content in (("a.html", b"<script>1</script>"), ("a.svg", b"<svg onload='1'/>")):
        [path] = upload(url, name=name, content=content).json()
        headers = httpx.get(f"{url}/gradio_api/file={path}").headers
        assert headers["content-disposition"].startswith("attachment")


# The page and the API


@pytest.mark.parametrize("path", ["/", "/de", "/config", "/gradio_api/info", "/nowhere", "/login"])
def test_every_answer_has_the_headers_that_keep_browsers_safe(url, path):
    headers = httpx.get(url + path).headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS
    assert "x-frame-options" not in headers  # a Space is shown in a frame


POLICY = """
from page.server.guard import HEADERS
import app
print(HEADERS["Content-Security-Policy"], app.login_message(), sep="\\n")
"""
ON_SPACE = {"SPACE_ID": "alice/page", "SPACE_HOST": "alice-page.hf.space"}


def test_any_site_may_show_the_page_unless_a_password_is_set(run_python):
    """A Space is shared in one's own website; a login is what clickjacking would abuse."""
    here = run_python("-c", POLICY).stdout
    assert "frame-ancestors *" in here and "connect-src 'self';" in here
    space = run_python("-c", POLICY, **ON_SPACE, DETECTOR_AUTH=f"{USER}:{PASSWORD}").stdout
    assert "frame-ancestors 'self' https://huggingface.co https://*.hf.space" in space
    assert "connect-src 'self' https://huggingface.co;" in space
    # In a frame the login is lost; the form says where it is not.
    assert 'href="https://alice-page.hf.space"' in space and here.endswith("None\n")


@pytest.mark.parametrize(
    "path",
    [
        *("process_recording", "deep_link?session_hash=1", "component_server", "vibe-code"),
        *("dev/reload", "token", "stream/1/1/1/playlist-file", "runs", "run-history/records"),
    ],
)
def test_what_gradio_offers_beyond_the_page_is_shut(url, path):
    answer = httpx.request("POST" if "_rec" in path else "GET", f"{url}/gradio_api/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert httpx.get(f"{url}/monitoring/summary").status_code == 404


def test_a_request_that_is_too_large_is_refused_before_it_has_come(url):
    def endless():
        for _ in range(64):
            yield b"x" * 2**17

    address = f"{url}/gradio_api/call/predict"
    for body in (b"x" * 2**21, endless()):
        answer = httpx.post(address, content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_many_bytes")


def test_when_too_many_wait_the_next_is_told_so_at_once():
    with serve() as url, httpx.Client(base_url=f"{url}/gradio_api") as client:
        photo = file_data(path=upload(url).json()[0])
        # The first load TensorFlow, which takes seconds.
        body = {"data": [photo, False, 1]}
        count = MAX_WAITING + MAX_AT_ONCE + 2
        answers = [client.post("/call/explain", json=body) for _ in range(count)]
    statuses = [answer.status_code for answer in answers]
    assert statuses.index(503) >= MAX_WAITING and "Queue is full" in answers[-1].json()["detail"]


# Password and rate limit


@pytest.fixture(scope="module")
def guarded():
    """A server that asks for a password and judges three photos a minute for each client."""
    with serve(DETECTOR_AUTH=f"bob:abcdefgh,{USER}:{PASSWORD}", DETECTOR_RATE_LIMIT="3") as url:
        yield url


def of_client(address):
    """As a proxy on the server's own machine says whom it speaks for."""
    return {"X-Forwarded-For": address}


def log_in(url, password=PASSWORD, headers=None):
    return httpx.post(
        f"{url}/login", data={"username": USER, "password": password}, headers=headers
    )


@pytest.mark.parametrize("path", ["/config", "/gradio_api/info", "/gradio_api/file=x"])
def test_without_the_password_nothing_is_given(guarded, path):
    assert httpx.get(guarded + path).status_code == 401
    assert upload(guarded).status_code == 401
    data = {"data": [None, False]}
    assert httpx.post(f"{guarded}/gradio_api/call/predict", json=data).status_code == 401


def test_with_the_password_the_client_works(guarded):
    client = Client(guarded, auth=(USER, PASSWORD), verbose=False, headers=of_client("203.0.113.1"))
    *_, result = client.predict(handle_file(EXAMPLE), api_name="/predict")
    assert result["label"] == "Real"


def test_passwords_cannot_be_tried_in_masses(guarded):
    headers = of_client("203.0.113.2")
    found = [log_in(guarded, "wrong-guess", headers).status_code for _ in range(12)]
    assert found[0] == 400 and found[-1] == 429
    assert log_in(guarded, headers=headers).status_code == 429
    others = log_in(guarded, headers=of_client("203.0.113.3"))
    assert others.status_code == 200


def test_a_client_that_sends_too_much_is_told_to_wait_and_others_are_not(guarded):
    def predict(headers):
        options = {"headers": {**headers, "Cookie": cookie}}
        [path] = upload(guarded, **options).json()
        event, data = ask(guarded, "predict", file_data(path=path), **options)
        return data["title"] if event == "error" else event

    cookie = "; ".join(f"{k}={v}" for k, v in log_in(guarded).cookies.items())
    greedy = of_client("203.0.113.4")
    assert [predict(greedy) for _ in range(4)] == 3 * ["complete"] + ["too_many_requests"]
    assert predict(of_client("203.0.113.5")) == "complete"
    # What the client itself wrote into the header stands to the left of what the proxy adds.
    assert predict(of_client("198.51.100.9, 203.0.113.4")) == "too_many_requests"


def test_of_a_batch_what_is_beyond_the_limit_gets_the_error(guarded):
    headers = of_client("203.0.113.6")
    client = Client(guarded, auth=(USER, PASSWORD), verbose=False, headers=headers)
    found = client.predict([handle_file(EXAMPLE)] * 5, api_name="/predict_batch")
    codes = [entry["error"] and entry["error"]["code"] for entry in found["photos"]]
    assert codes == [None] * 3 + ["too_many_requests"] * 2
    check_form(found, form="batch")
    with pytest.raises(AppError, match="Try again in") as caught:
        client.predict(handle_file(EXAMPLE), api_name="/explain")
    assert caught.value.title == "too_many_requests"


def test_requests_that_judge_nothing_are_limited_too(guarded):
    headers = of_client("203.0.113.7")
    address = f"{guarded}/gradio_api/reset"
    answers = []
    while not answers or (answers[-1].status_code == 200 and len(answers) < 200):
        answers.append(httpx.post(address, json={"event_id": "1"}, headers=headers))
    assert len(answers) > 30  # ten for each photo
    answer = answers[-1]
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_a_limit_gives_back_as_time_goes_by():
    now = [0.0]
    limit = Limit(6, clock=lambda: now[0])
    assert [limit.take("10.0.0.1") for _ in range(6)] == [0.0] * 6
    assert limit.take("10.0.0.1") == 10.0 and limit.take("10.0.0.2") == 0.0
    now[0] = 10.0
    assert limit.take("10.0.0.1") == 0.0 and limit.take("10.0.0.1") == 10.0
    now[0] = 1e6
    assert [limit.take("10.0.0.1") for _ in range(7)] == [0.0] * 6 + [10.0]


def test_a_clip_counts_as_several_photos():
    now = [0.0]
    limit = Limit(12, clock=lambda: now[0])
    assert limit.take("10.0.0.1", times=10) == 0.0
    assert limit.take("10.0.0.1", times=10) == 40.0
    assert limit.take("10.0.0.1") == 0.0  # a photo is still within the limit
    small = Limit(6, clock=lambda: now[0])
    assert small.take("10.0.0.1", times=10) == 0.0  # else there would never be a clip


def test_one_has_the_turn_and_no_more_than_were_agreed_wait():
    turns = Turns(1)
    with turns.taken() as first:
        with turns.taken() as second:
            assert (first(), second()) == (0, 1)
            with pytest.raises(ClipError) as caught, turns.taken():
                pass
            assert caught.value.code == "busy"
        with turns.taken() as third:
            assert third() == 1
    with turns.taken() as fourth:
        assert fourth() == 0


def test_a_network_of_ipv6_is_one_client():
    assert client_of("2001:db8::1") == client_of("2001:db8::ffff:1") != client_of("2001:db8:0:1::1")
    assert client_of("::ffff:192.0.2.1") == client_of("192.0.2.1") != client_of("192.0.2.2")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("DETECTOR_AUTH", value) for value in ("alice", "alice:short", ":correct-horse")),
        *(("DETECTOR_RATE_LIMIT", value) for value in ("0", "-1", "many", "1.5")),
    ],
)
def test_a_setting_that_would_protect_nobody_stops_the_app(run_python, name, value):
    done = run_python("-m", "detector", EXAMPLE, **{name: value})
    assert done.returncode == 2 and name in done.stderr
    assert "AUTH" not in name or "horse" not in done.stderr  # a password enters no log
