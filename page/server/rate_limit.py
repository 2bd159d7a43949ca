"""How much one client may ask for in a minute: `DETECTOR_RATE_LIMIT`.

A client is the address that the server sees. Behind a proxy that is the proxy's, unless uvicorn is
told by FORWARDED_ALLOW_IPS which proxies to believe; it then takes the last address of
X-Forwarded-For that is not such a proxy, so what a client writes there itself counts for nothing.
"""

import contextlib
import ipaddress
import math
import threading
import time
from collections.abc import Callable, Generator

from gradio.context import LocalContext

from detector.config import RATE_LIMIT
from detector.errors import ClipError, PhotoError

MAX_CLIENTS = 10_000  # remembered at once; 2 MB


class Limit:
    """Lets each client do something a number of times a minute, as many at once.

    Args:
        per_minute: how often; 0 is any number of times.
        clock: seconds that never jump.
    """

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._left = {}  # by client: how many times are left, and when that was so
        self._lock = threading.Lock()

    def take(self, host: str, *, times: int = 1) -> float:
        """Count once, or several times.

        Args:
            host: address of the client.
            times: how often; of more than a minute allows, that many are counted.

        Returns:
            Seconds to wait before it may be done; 0.0 if it may now.
        """
        if not self.per_minute:
            return 0.0
        with self._lock:
            now = self._clock()
            left = self._left_for(client := client_of(host), now)
            times = min(times, self.per_minute)
            if left < times:
                return (times - left) * 60 / self.per_minute
            self._left.pop(client, None)  # the latest stand last
            self._left[client] = left - times, now
            if len(self._left) > MAX_CLIENTS:
                del self._left[next(iter(self._left))]
            return 0.0

    def _left_for(self, client, now):
        left, then = self._left.get(client, (self.per_minute, now))
        return min(self.per_minute, left + (now - then) * self.per_minute / 60)


class Turns:
    """Lets one at a time do something, in the order in which they came.

    Args:
        waiting: how many others may wait.
    """

    def __init__(self, waiting: int) -> None:
        self._most, self._tickets, self._lock = waiting + 1, [], threading.Lock()

    @contextlib.contextmanager
    def taken(self) -> Generator[Callable[[], int]]:
        """A context of one turn; gives a function that tells how many are before it.

        Raises:
            ClipError: too many wait.
        """
        ticket = object()
        with self._lock:
            if len(self._tickets) >= self._most:
                raise ClipError(
                    "Too many clips are waiting. Try again in a few minutes.", code="busy"
                )
            self._tickets.append(ticket)
        try:
            yield lambda: self._tickets.index(ticket)
        finally:
            with self._lock:
                self._tickets.remove(ticket)


def client_of(host: str) -> str:
    """What counts as one client: an IPv4 address, or the 64 bits of an IPv6 network.

    A home or a rented machine has 2**64 addresses of IPv6, and would be a new client with each.
    """
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:  # no address: a socket file, say
        return host
    if ip.version == 6:
        return str(ip.ipv4_mapped or ipaddress.ip_network((int(ip) >> 64 << 64, 64)))
    return str(ip)


photos = Limit(RATE_LIMIT)


def count_photo(request=None, *, times: int = 1) -> None:
    """Count a photo that is to be judged for the client whose request is being answered.

    Args:
        request: default is the one that Gradio answers in this thread.
        times: as how many photos it counts.

    Raises:
        PhotoError: the client has to wait.
    """
    request = request or LocalContext.request.get(None)
    host = request.client.host if request and request.client else None
    if host and (seconds := photos.take(host, times=times)):
        raise PhotoError(
            f"At most {photos.per_minute} photos a minute are judged for one client. "
            f"Try again in {math.ceil(seconds)} s.",
            code="too_many_requests",
        )
