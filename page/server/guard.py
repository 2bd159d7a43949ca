"""What stands before Gradio on the open internet: headers, limits, and doors that stay shut."""

import asyncio
import json
import math
import shutil
from pathlib import Path
from typing import Any

from gradio import processing_utils
from gradio.utils import get_upload_folder
from starlette.types import ASGIApp, Receive, Scope, Send

from detector.config import AUTH, RATE_LIMIT, SPACE
from detector.errors import AddressError
from detector.limits import MAX_BYTES
from detector.photo.fetch import fetch_photo

from ..inputs import as_gradio_error
from ..pictures import new_folder
from .rate_limit import Limit

MAX_FILES = 600 * 2**20  # bytes that are uploaded at once
MAX_QUESTION = 2**20  # of any other request: the result of 20 faces has 10 KB
MAX_AT_ONCE = 4  # events of one kind; a decoded photo takes up to 320 MB
MAX_WAITING = 100  # photos; the last waits for 5-15 s on two cores, one more is told "busy"
MAX_SESSIONS = 300  # remembered, 0.1 MB each; each call of a script is one, and Gradio keeps 10,000
MIN_FREE_DISK = 2**30  # bytes that uploads leave, for whatever else the machine has to write
REQUESTS_PER_PHOTO = 10  # of DETECTOR_RATE_LIMIT; the page needs about 4
LOGINS_PER_MINUTE = 10

API, JUDGE = "/gradio_api/", "/judge"
SIZES = (
    (f"{API}upload", MAX_FILES),
    (f"{API}mcp", 3 * MAX_BYTES // 2),  # a photo inside the question, as text a third longer
    (JUDGE, MAX_BYTES + 2**16),  # a photo, and the form around it
)
# What of Gradio's API the page and scripts use. Among the rest are doors that nobody here needs:
# a proxy, screen recordings for ffmpeg, an editor of the app's own code, visitors' states on disk.
OPEN = (
    *("api/", "app_id", "call/", "cancel", "file=", "heartbeat/", "info", "login_check", "mcp"),
    *("openapi.json", "queue/", "reset", "run/", "startup-events", "theme.css", "upload", "user"),
)
FRAMES_WITH_PASSWORD = "'self' https://huggingface.co https://*.hf.space"
HEADERS = {
    # Gradio's page has inline scripts and builds functions from text; nothing may come from, or
    # go to, other servers. On a Space it asks huggingface.co for the state of the Space.
    "Content-Security-Policy": "; ".join(
        [
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self'{' https://huggingface.co' if SPACE else ''}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            # Without a password there is nothing that another site could make a visitor do.
            f"frame-ancestors {FRAMES_WITH_PASSWORD if AUTH else '*'}",
        ]
    ),
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
ENCODED_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


def places(kind: str) -> dict[str, Any]:
    """Settings of events that share `MAX_AT_ONCE` places with all of that kind, on every page.

    Gradio's own limit is one event at a time: a slow address that one visitor wants fetched, or the
    fifty photos of another, would hold up all the others.

    Args:
        kind: any name.
    """
    return {"concurrency_id": kind, "concurrency_limit": MAX_AT_ONCE}


class Guard:
    """ASGI middleware: adds `HEADERS` to every answer and refuses what may not be asked.

    A refusal is JSON, `{"detail": sentence, "code": code}`; `docs/api.md` has the codes.

    Args:
        app: what answers else.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.requests = Limit(REQUESTS_PER_PHOTO * RATE_LIMIT)
        self.logins = Limit(LOGINS_PER_MINUTE if AUTH else 0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        most = next(
            (most for start, most in SIZES if scope["path"].startswith(start)), MAX_QUESTION
        )
        came, refusal, has_begun = 0, None, False

        async def counted_receive():
            nonlocal came, refusal
            message = await receive()
            came += len(message.get("body", b""))
            if came > most:
                refusal = _too_much(most)
                raise refusal
            return message

        async def send_with_headers(message):
            nonlocal has_begun
            if refusal and not has_begun:
                return  # what is made of the exception is less than it says
            if message["type"] == "http.response.start":
                has_begun = True
                message = {**message, "headers": _with_ours(message.get("headers", ()))}
            await send(message)

        try:
            self._check(scope, most)
            await self.app(scope, counted_receive, send_with_headers)
        except _RefusedError as error:
            refusal = error
        if refusal and not has_begun:
            await refusal.send(send)

    def _check(self, scope, most):
        stated = dict(scope["headers"]).get(b"content-length", b"")
        if stated.isdigit() and int(stated) > most:
            raise _too_much(most)
        path, host = scope["path"], (scope.get("client") or ("",))[0]
        if path.startswith(API):
            rest = path.removeprefix(API)
            # Gradio would fetch any address of the web for anybody.
            is_address = rest.startswith(("file=http:", "file=https:"))
            if not rest.startswith(OPEN) or is_address:
                raise _RefusedError(404, "not_found", f"Nothing is served at {API}{rest[:50]}.")
        if path.startswith("/monitoring"):
            raise _RefusedError(404, "not_found", "Nothing is served at /monitoring.")
        if scope["method"] != "POST":
            return
        limit = self.logins if path.startswith("/login") else self.requests
        if seconds := limit.take(host):
            raise _RefusedError(
                *(429, "too_many_requests", "Too many requests of one client."), seconds=seconds
            )
        if path.startswith((f"{API}upload", JUDGE)) and _free_disk() < MIN_FREE_DISK:
            raise _RefusedError(
                *(503, "busy", "The server has no room for files at the moment."), seconds=600
            )


class _RefusedError(Exception):
    def __init__(self, status, code, sentence, *, seconds=0):
        super().__init__(sentence)
        self.status, self.code, self.seconds = status, code, math.ceil(seconds)

    async def send(self, send):
        sentence = str(self) + (f" Try again in {self.seconds} s." if self.seconds else "")
        body = json.dumps({"detail": sentence, "code": self.code}).encode()
        headers = [(b"content-type", b"application/json")]
        if self.seconds:
            headers.append((b"retry-after", str(self.seconds).encode()))
        headers = _with_ours(headers)
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _too_much(most):
    return _RefusedError(
        413, "too_many_bytes", f"At most {most // 2**20} MB may be sent at once. Send less."
    )


def _with_ours(headers):
    names = {name for name, _ in ENCODED_HEADERS}
    return [*(item for item in headers if item[0] not in names), *ENCODED_HEADERS]


def _free_disk():
    folder = Path(get_upload_folder())
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


async def _fetch(url: str, cache_dir: str) -> str:
    """Fetch a photo that came as a web address, within the limits of `detector.photo.fetch`.

    Gradio's own way refuses private networks too, but has no limit of bytes or time.
    """
    try:
        content = await asyncio.to_thread(fetch_photo, url)
    except AddressError as error:
        raise as_gradio_error(error, title=error.code) from error
    path = new_folder() / "photo"
    path.write_bytes(content)
    return str(path)


def guard_addresses() -> None:
    """Let Gradio fetch the addresses that stand in requests by `detector.photo.fetch` alone."""
    processing_utils.async_ssrf_protected_download = _fetch  # ty: ignore[invalid-assignment]
