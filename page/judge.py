"""`POST /judge`: one photo in one request, for scripts without Gradio's client; `docs/api.md`."""

import asyncio
import json
import tempfile

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from detector import Detector
from detector.errors import PhotoError
from detector.report import to_json

from .server.guard import API, JUDGE, MAX_AT_ONCE, MAX_WAITING
from .server.rate_limit import count_photo

STATUSES = {"too_many_bytes": 413, "too_many_requests": 429}  # by code; of all others 422
YES = ("1", "true", "on", "yes")
IN_MEMORY = 2**20  # bytes; photos that wait lie on the disk, as Gradio's uploads do
DESCRIPTION = {
    "summary": "Judge one photo",
    "description": "The photo is the field `photo` of a form, or the body itself.",
    "operationId": "judge",
    "parameters": [
        {
            "name": "is_face_crop",
            "in": "query",
            "description": "The photo was cut around one face: judge its central face alone.",
            "schema": {"type": "boolean", "default": False},
        }
    ],
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "photo": {"type": "string", "format": "binary"},
                        "is_face_crop": {"type": "boolean", "default": False},
                    },
                    "required": ["photo"],
                }
            },
            "image/*": {"schema": {"type": "string", "format": "binary"}},
        },
    },
    "responses": {
        "200": {
            "description": "The result, as in docs/result.schema.json",
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
        **{
            status: {
                "description": f"{what}: `detail` is a sentence, `code` one of docs/api.md",
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
            for status, what in (
                ("401", "A password is needed"),
                ("413", "Too many bytes"),
                ("422", "The photo cannot be judged"),
                ("429", "Too many requests"),
                ("503", "Too many wait"),
            )
        },
    },
    "security": [{"login_check": []}],
}


def build_routes(detector: Detector) -> list[Route]:
    """Routes that Gradio's app takes beside its own.

    Args:
        detector: `detector.Detector`.

    Returns:
        A list of `starlette.routing.Route`.
    """
    places, waiting = asyncio.Semaphore(MAX_AT_ONCE), set()

    async def judge(request):
        if not _may_ask(request):
            return _refusal(401, "A password is needed. Log in first: see docs/api.md.", None)
        if len(waiting) >= MAX_WAITING:
            return _refusal(503, "Too many photos are waiting. Try again in seconds.", "busy")
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
            try:
                is_face_crop = await _read(request, file)
                waiting.add(request)
                async with places:
                    answer = await asyncio.to_thread(_judge, detector, file, is_face_crop, request)
            except PhotoError as error:
                return _refusal(STATUSES.get(error.code, 422), str(error), error.code)
            except HTTPException as error:
                sentence = f"The form cannot be read ({error.detail}). Send one file as `photo`."
                return _refusal(422, sentence, "wrong_type")
            finally:
                waiting.discard(request)
        return JSONResponse(answer)

    return [Route(JUDGE, judge, methods=["POST"])]


class Document:
    """ASGI middleware: puts `DESCRIPTION` into the OpenAPI document that Gradio makes.

    Args:
        app: what answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != f"{API}openapi.json":
            return await self.app(scope, receive, send)
        start, body = {}, b""

        async def send_whole(message):
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            if start["status"] == 200:
                document = json.loads(body)
                document["paths"][JUDGE] = {"post": DESCRIPTION}
                body = json.dumps(document).encode()
            headers = [item for item in start["headers"] if item[0] != b"content-length"]
            headers.append((b"content-length", str(len(body)).encode()))
            await send({**start, "headers": headers})
            await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, send_whole)


def _may_ask(request):
    app = request.app  # Gradio's, which keeps who has logged in
    if app.auth is None:
        return True
    names = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
    return any(app.tokens.get(request.cookies.get(name)) for name in names)


async def _read(request, file):
    """Write the photo of a request into a file; gives whether it is a face crop."""
    asked = request.query_params.get("is_face_crop", "")
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form(max_files=2, max_fields=8) as form:
            photos = form.getlist("photo")
            if len(photos) != 1:
                raise PhotoError(
                    f"One photo is judged at a time. Send it as `photo`. Received: {len(photos)}.",
                    code="too_many_files" if photos else "no_files",
                )
            if not isinstance(photos[0], UploadFile):
                raise PhotoError(
                    "`photo` must be a file; with curl, -F photo=@photo.jpg. Received: text.",
                    code="wrong_type",
                )
            while chunk := await photos[0].read(IN_MEMORY):
                file.write(chunk)
            asked = form.get("is_face_crop", asked)
    else:
        async for chunk in request.stream():
            file.write(chunk)
    return str(asked).lower() in YES


def _judge(detector, file, is_face_crop, request):
    count_photo(request)
    file.seek(0)
    return to_json(detector.predict(file.read(), is_face_crop=is_face_crop))


def _refusal(status, sentence, code):
    headers = {"Retry-After": "60"} if status == 429 else None
    return JSONResponse({"detail": sentence, "code": code}, status, headers)
