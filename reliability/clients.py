"""What clients of the page do, well-behaved ones and others, in Gradio's protocol over HTTP."""

import asyncio
import dataclasses
import json
import time
import urllib.parse

import httpx

BUSY_PAUSE = 0.5  # seconds before a client that was told "busy" asks again
BAD_FILES = {
    "not_a_photo": b"not a picture",
    "empty": b"",
    "damaged": b"\xff\xd8\xff\xe0 cut",
}


@dataclasses.dataclass
class Tally:
    """What came of the requests so far.

    Attributes:
        right, wrong, lost: answers; lost is none at all, or an error in place of a verdict.
        busy: times that a client was told to come again; it did.
        broken_off: uploads and jobs that clients left on purpose.
        seconds: from sending a photo to its answer, of right answers.
        versions: of the weights that gave them.
        problems: descriptions of the first of what was wrong or lost.
    """

    right: int = 0
    wrong: int = 0
    lost: int = 0
    busy: int = 0
    broken_off: int = 0
    seconds: list = dataclasses.field(default_factory=list)
    versions: set = dataclasses.field(default_factory=set)
    problems: list = dataclasses.field(default_factory=list)

    @property
    def requests(self) -> int:
        return self.right + self.wrong + self.lost + self.broken_off

    def note(self, kind: str, problem: str) -> None:
        setattr(self, kind, getattr(self, kind) + 1)
        if len(self.problems) < 10:
            self.problems.append(f"{kind}: {problem}")


@dataclasses.dataclass(frozen=True)
class Photo:
    """A photo whose answer is known.

    Attributes:
        content: of the file.
        answers: by version of the weights: the result without `weights`.
    """

    content: bytes
    answers: dict


class Client:
    """One client with connections of its own.

    Args:
        url: of the page.
        tally: `Tally`, which it adds to.
    """

    def __init__(self, url, tally) -> None:
        self.url, self.tally = url, tally
        self.http = httpx.AsyncClient(base_url=f"{url}/gradio_api", timeout=300)

    async def send_photo(self, photo) -> None:
        """Have a photo judged, and compare the answer with the known one."""
        start = time.monotonic()
        try:
            event, data = await self._ask(photo.content)
        except (httpx.HTTPError, ValueError) as error:
            return self.tally.note("lost", repr(error))
        if event != "complete":
            return self.tally.note("lost", data)
        result = dict(data[-1])
        version = result.pop("weights")["version"]
        if result != photo.answers.get(version):
            expected = photo.answers.get(version)
            return self.tally.note("wrong", f"{version}: {result}, expected {expected}")
        self.tally.right += 1
        self.tally.seconds.append(time.monotonic() - start)
        self.tally.versions.add(version)

    async def send_bad_file(self, code) -> None:
        """Send what is no photo; right is the error with its code."""
        try:
            event, data = await self._ask(BAD_FILES[code])
        except (httpx.HTTPError, ValueError) as error:
            return self.tally.note("lost", repr(error))
        if event == "error" and data["title"] == code:
            self.tally.right += 1
        else:
            self.tally.note("wrong", f"{code}: {data}")

    async def break_off_upload(self, photo) -> None:
        """Hang up in the middle of an upload."""
        parts = urllib.parse.urlsplit(self.url)
        _, writer = await asyncio.open_connection(parts.hostname, parts.port)
        head = (
            f"POST /gradio_api/upload HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n"
            f"Content-Length: {len(photo.content) + 500}\r\n\r\n"
            '--b\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n'
        )
        writer.write(head.encode() + photo.content[: len(photo.content) // 2])
        await writer.drain()
        writer.close()
        self.tally.broken_off += 1

    async def cancel_job(self, photo) -> None:
        """Ask for a verdict, and leave without it: by a word, or by hanging up."""
        try:
            path = await self._upload(photo.content)
            event_id = await self._join(path)
            async with self.http.stream("GET", f"/call/predict/{event_id}"):
                cancel = {"session_hash": event_id, "fn_index": 0, "event_id": event_id}
                if self.tally.broken_off % 2:
                    await self.http.post("/cancel", json=cancel)
            self.tally.broken_off += 1
        except (httpx.HTTPError, ValueError) as error:
            self.tally.note("lost", repr(error))

    async def _ask(self, content):
        event_id = await self._join(await self._upload(content))
        answer = await self.http.get(f"/call/predict/{event_id}")
        answer.raise_for_status()
        # Blocks of "event: NAME" and "data: JSON"; heartbeats come in between.
        lines = [line.partition(": ")[2] for line in answer.text.splitlines() if line]
        event, data = lines[-2:]
        return event, json.loads(data)

    async def _upload(self, content):
        answer = await self.http.post("/upload", files={"files": ("photo.jpg", content)})
        answer.raise_for_status()
        return answer.json()[0]

    async def _join(self, path):
        photo = {"path": path, "meta": {"_type": "gradio.FileData"}}
        while True:
            answer = await self.http.post("/call/predict", json={"data": [photo, False]})
            if answer.status_code != 503:
                break
            self.tally.busy += 1
            await asyncio.sleep(BUSY_PAUSE)
        answer.raise_for_status()
        return answer.json()["event_id"]
