"""A web address gives a photo, and never a way into the server's own network."""

import contextlib
import http.server
import socket
import ssl
import threading

import pytest
import trustme

from detector.errors import AddressError, PhotoError
from detector.photo import fetch
from detector.photo.fetch import fetch_photo, is_public

PUBLIC = "93.184.215.14"


@contextlib.contextmanager
def web_server(answers, *, certificate=None):
    """A server on this machine; `answers` maps a path to a function of the request's handler.

    With a certificate of `trustme` it speaks https.
    """

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            with contextlib.suppress(ConnectionError):
                answers[self.path](self)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture
def internet(monkeypatch):
    """Names that resolve as told, and connections to `PUBLIC` that end at a server of the test.

    What is connected to is written down in `internet.connected`.
    """

    class Internet:
        def __init__(self):
            self.names, self.port, self.connected = {"photos.example": [PUBLIC]}, None, []

        def resolve(self, host, port, **_):
            host.encode("idna")  # as the real one does
            if host not in self.names:
                raise socket.gaierror(-2, "Name or service not known")
            return [(0, 0, 0, "", (ip, port)) for ip in self.names[host]]

        def connect(self, place, timeout):
            self.connected.append(place)
            connection = socket.socket()
            connection.settimeout(timeout)
            connection.connect(("127.0.0.1", self.port))
            return connection

    internet = Internet()
    monkeypatch.setattr(fetch.socket, "getaddrinfo", internet.resolve)
    monkeypatch.setattr(fetch.socket, "create_connection", internet.connect)
    return internet


def send(handler, content, *, status=200, headers=()):
    handler.send_response(status)
    for name, value in headers:
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(content)


@pytest.mark.parametrize(
    "ip",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1"),
        *("::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "ff02::1"),
    ],
)
def test_no_address_of_a_private_network_is_public(ip):
    """Cloud machines give out their keys at 169.254.169.254."""
    assert not is_public(ip)


@pytest.mark.parametrize("ip", [PUBLIC, "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_addresses_of_the_internet_are_public(ip):
    assert is_public(ip)


def test_a_photo_is_fetched_from_the_address_that_was_checked(internet):
    with web_server({"/a%20b.jpg?x=1": lambda request: send(request, b"content")}) as port:
        internet.port = port
        assert fetch_photo(" http://photos.example/a b.jpg?x=1 ") == b"content"
    assert internet.connected == [(PUBLIC, 80)]  # the address, not the name: no second look-up


@pytest.mark.parametrize(
    ("is_trusted", "host", "is_fetched"),
    [
        (True, "photos.example", True),
        (True, "other.example", False),
        (False, "photos.example", False),
    ],
)
def test_https_asks_for_a_certificate_of_that_host(
    internet, tmp_path, monkeypatch, is_trusted, host, is_fetched
):
    """The connection goes to an address, but who answers there has to prove the name."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    answers = {"/a.jpg": lambda request: send(request, b"content")}
    with web_server(answers, certificate=authority.issue_cert(host)) as port:
        internet.port = port
        if is_fetched:
            assert fetch_photo("https://photos.example/a.jpg") == b"content"
        else:
            with pytest.raises(AddressError, match="certificate"):
                fetch_photo("https://photos.example/a.jpg")
    assert internet.connected == [(PUBLIC, 443)]


@pytest.mark.parametrize(
    "address",
    [
        *(
            "file:///etc/passwd",
            "ftp://photos.example/a.jpg",
            "photos.example/a.jpg",
            "",
            "https://",
        ),
        *("http://photos.example:22/", "http://photos.example:99999/", "http://[::1"),
        *("https://a..example/a.jpg", "https://.example/a.jpg", f"https://{70 * 'a'}.example/"),
        "http://user:password@photos.example/",  # pragma: allowlist secret
    ],
)
def test_what_is_no_plain_web_address_is_refused(internet, address):
    with pytest.raises(AddressError, match="https://") as caught:
        fetch_photo(address)
    assert caught.value.code == "address_invalid" and internet.connected == []


@pytest.mark.parametrize("found", [["127.0.0.1"], [PUBLIC, "10.0.0.7"], ["::ffff:10.0.0.7"]])
def test_a_name_that_leads_inside_is_refused_before_any_connection(internet, found):
    internet.names = {"inside.example": found}
    with pytest.raises(AddressError) as caught:
        fetch_photo("https://inside.example/photo.jpg")
    assert caught.value.code == "address_private" and internet.connected == []


@pytest.mark.parametrize("target", ["http://inside.example/key", "//inside.example/key"])
def test_a_redirect_that_leads_inside_is_refused(internet, target):
    internet.names = {**internet.names, "inside.example": ["169.254.169.254"]}

    def redirect(request):
        send(request, b"", status=302, headers=[("Location", target)])

    with web_server({"/photo.jpg": redirect}) as port:
        internet.port = port
        with pytest.raises(AddressError) as caught:
            fetch_photo("http://photos.example/photo.jpg")
    assert caught.value.code == "address_private" and len(internet.connected) == 1


def test_a_redirect_to_a_public_place_is_followed_and_a_circle_ends(internet):
    def redirect(target):
        return lambda request: send(request, b"", status=301, headers=[("Location", target)])

    answers = {
        "/old": redirect("/new"),
        "/new": lambda request: send(request, b"content"),
        "/round": redirect("/round"),
    }
    with web_server(answers) as port:
        internet.port = port
        assert fetch_photo("http://photos.example/old") == b"content"
        with pytest.raises(AddressError, match="redirects more than"):
            fetch_photo("http://photos.example/round")


def test_a_file_without_end_is_cut_off_at_the_limit(internet, monkeypatch):
    monkeypatch.setattr(fetch, "MAX_BYTES", 300_000)
    sent = []

    def flood(request):
        request.send_response(200)
        request.end_headers()
        for _ in range(1000):
            request.wfile.write(bytes(100_000))
            sent.append(1)

    with web_server({"/": flood}) as port:
        internet.port = port
        with pytest.raises(PhotoError) as caught:
            fetch_photo("http://photos.example/")
    assert caught.value.code == "too_many_bytes" and len(sent) < 200


def test_a_server_that_sends_drop_by_drop_is_left_in_time(internet, monkeypatch):
    """A socket's own timeout would start anew with each drop."""
    monkeypatch.setattr(fetch, "TOTAL_SECONDS", 1)
    left = threading.Event()

    def drip(request):
        request.send_response(200)
        request.end_headers()
        while not left.wait(0.1):
            request.wfile.write(b".")

    with web_server({"/": drip}) as port:
        internet.port = port
        with pytest.raises(AddressError) as caught:
            fetch_photo("http://photos.example/")
        left.set()
    assert caught.value.code == "address_too_slow"


@pytest.mark.parametrize("address", ["http://nowhere.example/", "http://photos.example/missing"])
def test_what_cannot_be_reached_is_said_so(internet, address):
    with web_server({"/missing": lambda request: send(request, b"", status=404)}) as port:
        internet.port = port
        with pytest.raises(AddressError) as caught:
            fetch_photo(address)
    assert caught.value.code == "address_unreachable"


@pytest.mark.parametrize(
    "address",
    ["www.photos.example/a.jpg", "<https://photos.example/a.jpg>", " http://photos.example/a.jpg "],
)
def test_addresses_are_taken_as_people_paste_them(internet, monkeypatch, address):
    """From a mail, or from a browser that shows no https://."""
    asked = []

    @contextlib.contextmanager
    def request(parts, *, deadline):
        asked.append(parts.geturl())
        raise ConnectionError
        yield

    monkeypatch.setattr(fetch, "_request", request)
    with pytest.raises(AddressError, match="cannot be reached"):
        fetch_photo(address)
    assert asked[0].startswith(("https://", "http://")) and asked[0].endswith(".example/a.jpg")


def test_a_data_text_holds_the_photo(monkeypatch):
    assert fetch_photo("data:image/jpeg;base64,cGhvdG8=") == b"photo"
    assert fetch_photo("data:image/svg+xml,%3Csvg/%3E") == b"<svg/>"
    for text in ("data:", "data:image/jpeg;base64", "data:image/jpeg;base64,cGhvdG8"):
        with pytest.raises(AddressError, match="data:image/jpeg;base64,") as caught:
            fetch_photo(text)
        assert caught.value.code == "address_invalid"
    monkeypatch.setattr(fetch, "MAX_BYTES", 10)
    with pytest.raises(AddressError) as caught:
        fetch_photo("data:," + "a" * 31)
    assert caught.value.code == "too_many_bytes"
