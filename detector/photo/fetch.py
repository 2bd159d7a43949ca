"""A photo from a web address, and never from an address inside a private network.

The name is resolved once, every address it has must be public, and the connection goes to the
address that was checked, so that a second answer of the name server changes nothing. Each redirect
is treated the same. Compare OWASP's cheat sheet on server-side request forgery.
"""

import contextlib
import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
import urllib.parse
import urllib.request

from ..errors import AddressError
from ..limits import MAX_BYTES

PORTS = {"http": 80, "https": 443}  # no others: a photo is not served by a database
MAX_REDIRECTS = 4
TOTAL_SECONDS = 20  # name, connections, redirects and content together
CHUNK = 2**16
HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; deepfake-photo-detector)",
    "Accept": "image/*",
    "Accept-Encoding": "identity",  # a small answer could unpack to a large one
}
BARE = re.compile(r"www\.[^/:@\s]+\.[^/:@\s]+(/|$)")  # browsers accept such, so people paste it
# IPv6 ranges that stand for IPv4 addresses: of what they hold, not of themselves, it is asked.
NAT64 = ipaddress.ip_network("64:ff9b::/96")


def fetch_photo(address: str) -> bytes:
    """Fetch the file behind a public web address.

    Args:
        address: http or https, on its usual port, without user name or password; as people paste
            it, in angle brackets or without https://. Or a `data:` text, which holds the file.

    Returns:
        The content, bytes; whether it is a photo, `detector.photo.load_photo` tells.

    Raises:
        AddressError: not such an address, it leads into a private network, does not answer in
            `TOTAL_SECONDS`, or answers with an error or more than `MAX_BYTES`.
    """
    deadline = time.monotonic() + TOTAL_SECONDS
    address = address.strip().removeprefix("<").removesuffix(">")
    if address.startswith("data:"):
        return read_data_address(address)
    if BARE.match(address):
        address = f"https://{address}"
    for _ in range(MAX_REDIRECTS + 1):
        parts = _parse(address)
        try:
            with _request(parts, deadline=deadline) as response:
                if response.status not in (301, 302, 303, 307, 308):
                    return _read(response, deadline=deadline)
                address = urllib.parse.urljoin(address, response.headers.get("Location", ""))
        except ssl.SSLCertVerificationError as error:
            raise AddressError(
                f"{parts.hostname} has no valid certificate. Save the photo and send the file.",
                code="address_unreachable",
            ) from error
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, TimeoutError) or time.monotonic() >= deadline:
                raise AddressError(
                    f"{parts.hostname} did not send the photo within {TOTAL_SECONDS} seconds. "
                    "Save the photo and send the file.",
                    code="address_too_slow",
                ) from error
            raise AddressError(
                f"{parts.hostname} cannot be reached. Check the address, or send the file.",
                code="address_unreachable",
            ) from error
    raise AddressError(
        f"This address redirects more than {MAX_REDIRECTS} times. Use the photo's own address.",
        code="address_unreachable",
    )


def read_data_address(text: str) -> bytes:
    """Read the file that a `data:` text holds (RFC 2397).

    Args:
        text: starts with `data:`.

    Returns:
        The content, bytes; whether it is a photo, `detector.photo.load_photo` tells.

    Raises:
        AddressError: it is not such a text, or holds more than `MAX_BYTES`.
    """
    encoded = text.partition(",")[2]
    if len(encoded) > 3 * MAX_BYTES:  # as much as percent signs make of it
        raise AddressError(
            f"This text holds more than {MAX_BYTES // 2**20} MB. Send the file.",
            code="too_many_bytes",
        )
    try:
        with urllib.request.DataHandler().data_open(urllib.request.Request(text)) as file:
            return file.read()
    except ValueError as error:
        raise AddressError(
            "A data: text is data:image/jpeg;base64, and the file's content in base64. "
            f"Received: {text[:40]!r}. Send the file.",
            code="address_invalid",
        ) from error


def is_public(ip) -> bool:
    """Whether an IP address is one of the public internet.

    Args:
        ip: text, IPv4 or IPv6.

    Returns:
        False for private, local, reserved and multicast ones, also where IPv6 wraps them.
    """
    ip = ipaddress.ip_address(ip.partition("%")[0])
    if ip.version == 6:
        wrapped = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if ip in NAT64:
            wrapped = ipaddress.ip_address(int(ip) & 0xFFFFFFFF)
        if wrapped:
            ip = wrapped
    return ip.is_global and not ip.is_multicast


def _parse(address):
    try:
        parts = urllib.parse.urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise _invalid(address) from error
    is_usual = parts.scheme in PORTS and port in (None, PORTS[parts.scheme])
    if not is_usual or not parts.hostname or parts.username or parts.password:
        raise _invalid(address)
    return parts


def _invalid(address):
    return AddressError(
        "An address starts with https:// or http://, has no port and no password. "
        f"Received: {address[:100]!r}.",
        code="address_invalid",
    )


def _resolve(parts):
    """A host's addresses, after all of them were found public."""
    try:
        found = socket.getaddrinfo(parts.hostname, PORTS[parts.scheme], type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label of the name is empty, or too long
        raise _invalid(parts.geturl()) from error
    ips = [entry[4][0] for entry in found]
    if not ips or not all(is_public(ip) for ip in ips):
        raise AddressError(
            f"{parts.hostname} is not on the public internet. Save the photo and send the file.",
            code="address_private",
        )
    return ips


def _connect(ips, port, *, deadline):
    for ip in ips[:-1]:
        with contextlib.suppress(OSError):  # a host may have IPv6 where this machine has none
            return socket.create_connection((ip, port), timeout=_left(deadline) / 2)
    return socket.create_connection((ips[-1], port), timeout=_left(deadline))


@contextlib.contextmanager
def _request(parts, *, deadline):
    raw = _connect(_resolve(parts), PORTS[parts.scheme], deadline=deadline)
    # A timeout of the socket starts anew with every byte; this one ends the whole conversation.
    watch = threading.Timer(_left(deadline), lambda: _shut(raw))
    watch.start()
    try:
        if parts.scheme == "https":
            raw = ssl.create_default_context().wrap_socket(raw, server_hostname=parts.hostname)
        connection = http.client.HTTPConnection(parts.hostname)
        connection.sock = raw  # already connected: no second look at the name
        target = urllib.parse.quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        if parts.query:
            target += "?" + urllib.parse.quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
        connection.request("GET", target, headers=HEADERS)
        with connection.getresponse() as response:
            yield response
    finally:
        watch.cancel()
        raw.close()


def _shut(raw):
    with contextlib.suppress(OSError):
        raw.shutdown(socket.SHUT_RDWR)


def _read(response, *, deadline):
    if response.status != 200:
        raise AddressError(
            f"The server answered with status {response.status}. Check the address.",
            code="address_unreachable",
        )
    content = bytearray()
    while chunk := response.read(CHUNK):
        content += chunk
        if len(content) > MAX_BYTES:
            raise AddressError(
                f"This file has more than {MAX_BYTES // 2**20} MB. Send a smaller one.",
                code="too_many_bytes",
            )
    _left(deadline)  # cut short, it would look like a damaged photo
    return bytes(content)


def _left(deadline):
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds
