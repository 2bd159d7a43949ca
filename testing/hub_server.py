"""A hub to test against: the part of the Hugging Face Hub's HTTP protocol that the client speaks.

Reached through HF_ENDPOINT by the real `huggingface_hub`, without Xet. Large files are redirected
to another host name, as to the Hub's content network, and answer range requests.
"""

import base64
import contextlib
import http.server
import json
import re
import threading
import urllib.parse
from collections.abc import Generator
from typing import Self

from .hub_http import Fault, FaultyHandler
from .hub_store import Refused, Repo, Store, front_matter_errors

PREFIXES = {"models": "model", "spaces": "space"}


class Hub:
    """The server; `store` has the repositories, `requests` the log, `faults` what goes wrong."""

    def __init__(self, folder) -> None:
        self.store = Store(folder)
        self.requests = []
        self.faults = []
        self.lock = threading.Lock()  # one change at a time, as in git
        handler = type("BoundHandler", (Handler,), {"hub": self, "routes": ROUTES})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.content_url = f"http://localhost:{self.port}/cdn"

    @contextlib.contextmanager
    def running(self) -> Generator[Self]:
        thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield self
        finally:
            self.server.shutdown()
            thread.join()
            self.server.server_close()

    @contextlib.contextmanager
    def fault(self, pattern: str, **kind) -> Generator[Fault]:
        """Let something go wrong until the block ends."""
        fault = Fault(pattern, **kind)
        self.faults.append(fault)
        try:
            yield fault
        finally:
            self.faults.remove(fault)

    def find_fault(self, request: str) -> Fault:
        with self.lock:
            self.requests.append(request)
            for fault in self.faults:
                if fault.times and re.search(fault.pattern, request):
                    fault.times -= 1
                    return fault
        return Fault("")


class Handler(FaultyHandler):
    """What the Hub is asked, a method each; see `ROUTES`."""

    def open(self, kind, name, **rights) -> Repo:
        return self.hub.store.open(PREFIXES.get(kind, kind), name, self.token, **rights)

    # Accounts and repositories

    def whoami(self) -> None:
        user = self.hub.store.user(self.token)
        self.send(200, {"type": "user", "name": user, "orgs": [], "auth": {"type": "access_token"}})

    def create(self) -> None:
        wish = json.loads(self.body)
        user = self.hub.store.user(self.token, write=True)
        if (wish.get("organization") or user) != user:
            raise Refused(403, f"You don't have the rights to create a repo under {wish}")
        kind = wish.get("type", "model")
        prefix = "spaces/" if kind == "space" else ""
        url = {"url": f"{self.hub.url}/{prefix}{user}/{wish['name']}"}
        is_private = wish.get("visibility") == "private"
        try:
            with self.hub.lock:
                self.hub.store.create(
                    user, kind=kind, name=wish["name"], is_private=is_private, sdk=wish.get("sdk")
                )
        except Refused as refusal:
            return self.send(refusal.status, url, **refusal.headers)
        self.send(200, url)

    def info(self, kind, name, revision="main") -> None:
        repo = self.open(kind, name)
        commit = repo.resolve(revision)
        files = [{"rfilename": path} for path in repo.commits[commit]]
        values = {"id": name, "sha": commit, "private": repo.is_private, "siblings": files}
        self.send(200, values | ({"sdk": repo.sdk} if repo.sdk else {}))

    def refs(self, kind, name) -> None:
        repo = self.open(kind, name)

        def rows(names, prefix) -> list:
            return [
                {"name": key, "ref": prefix + key, "targetCommit": commit}
                for key, commit in names.items()
            ]

        values = {
            "branches": rows(repo.branches, "refs/heads/"),
            "tags": rows(repo.tags, "refs/tags/"),
            "pullRequests": rows(repo.pull_requests, ""),
            "converts": [],
        }
        self.send(200, values)

    def tree(self, kind, name, revision) -> None:
        repo = self.open(kind, name)
        rows = []
        for path, file in repo.commits[repo.resolve(revision)].items():
            size = len(file.content)
            lfs = {"oid": file.sha256, "size": size, "pointerSize": 130}
            row = {"type": "file", "path": path, "size": size, "oid": file.oid[:40]}
            rows.append(row | ({"lfs": lfs} if file.is_lfs else {}))
        self.send(200, rows)

    def tag(self, kind, name, revision) -> None:
        repo = self.open(kind, name, write=True)
        with self.hub.lock:
            if (tag := json.loads(self.body)["tag"]) in repo.tags:
                raise Refused(409, f"Tag reference exists already: {tag}")
            repo.tags[tag] = repo.resolve(revision)
        self.send(200, {})

    def settings(self, name, what) -> None:
        repo = self.open("space", name, write=True)
        values = getattr(repo, what)
        if self.command == "POST":
            wish = json.loads(self.body)
            values[wish["key"]] = wish["value"]
        shown = {key: {"key": key} for key in values}  # secrets cannot be read back
        if what == "variables":
            shown = {key: {"key": key, "value": value} for key, value in values.items()}
        self.send(200, shown)

    # Upload

    def validate(self) -> None:
        wish = json.loads(self.body)
        errors = front_matter_errors(wish["content"], wish["repoType"])
        values = {"errors": [{"message": error} for error in errors], "warnings": []}
        self.send(400 if errors else 200, values)

    def preupload(self, kind, name, revision) -> None:
        repo = self.open(kind, name, write=True, propose="create_pr" in self.query)
        current = repo.commits[repo.resolve(revision)]
        rows = []
        for file in json.loads(self.body)["files"]:
            path = file["path"]
            is_large = b"\0" in base64.b64decode(file["sample"]) or file["size"] > 10 * 2**20
            mode = "lfs" if is_large else "regular"
            row = {"path": path, "uploadMode": mode, "shouldIgnore": False}
            rows.append(row | ({"oid": current[path].oid} if path in current else {}))
        self.send(200, {"files": rows})

    def batch(self, name, prefix) -> None:
        self.open("space" if prefix else "model", name, write=True, propose=True)
        objects = []
        for item in json.loads(self.body)["objects"]:
            place = f"{self.hub.url}/lfs/{item['oid']}"
            actions = {"upload": {"href": place}, "verify": {"href": f"{place}/verify"}}
            is_known = item["oid"] in self.hub.store.large_files
            objects.append(item | ({} if is_known else {"actions": actions}))
        self.send(200, {"transfer": "basic", "objects": objects})

    def upload(self, oid) -> None:
        self.hub.store.large_files[oid] = self.body
        self.send(200)

    def verify(self, oid) -> None:
        wish, content = json.loads(self.body), self.hub.store.large_files.get(oid, b"")
        if len(content) != wish["size"]:
            raise Refused(400, "The size of the uploaded file is not as announced")
        self.send(200, {})

    def commit(self, kind, name, revision) -> None:
        is_proposal = "create_pr" in self.query
        repo = self.open(kind, name, write=True, propose=is_proposal)
        header, contents, large, deleted = {}, {}, set(), set()
        for line in map(json.loads, self.body.splitlines()):
            value = line["value"]
            if line["key"] == "header":
                header = value
            elif line["key"] == "file":
                contents[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                contents[value["path"]] = self.hub.store.large_files[value["oid"]]
                large.add(value["path"])
            else:
                deleted.add(value["path"])
        with self.hub.lock:
            if header.get("parentCommit", repo.head) != repo.head:
                raise Refused(412, "A commit has happened since. Please refresh and try again.")
            commit = repo.commit(
                contents,
                message=header["summary"],
                lfs=large,
                deleted=deleted,
                pull_request=is_proposal,
            )
        prefix = "spaces/" if repo.kind == "space" else ""
        page = f"{self.hub.url}/{prefix}{name}"
        number = len(repo.pull_requests)
        extra = {"pullRequestUrl": f"{page}/discussions/{number}"} if is_proposal else {}
        values = {"success": True, "commitOid": commit, "commitUrl": f"{page}/commit/{commit}"}
        self.send(200, values | extra)

    # Download

    def resolve(self, name, revision, path, prefix) -> None:
        repo = self.open("space" if prefix else "model", name)
        commit = repo.resolve(revision)
        try:
            file = repo.file(commit, path)
        except Refused as refusal:
            refusal.headers["X-Repo-Commit"] = commit
            raise
        headers = {"X_Repo_Commit": commit, "ETag": f'"{file.oid}"', "Accept_Ranges": "bytes"}
        if file.is_lfs:
            headers["X_Linked_Etag"] = f'"{file.oid}"'
            headers["X_Linked_Size"] = str(len(file.content))
            place = file.path.relative_to(self.hub.store.folder).as_posix()
            headers["Location"] = f"{self.hub.content_url}/{urllib.parse.quote(place)}"
            return self.send(302, **headers)
        self.send_content(file.content, **headers)

    def content(self, path) -> None:
        self.send_content((self.hub.store.folder / path).read_bytes(), Accept_Ranges="bytes")

    def send_content(self, content, **headers) -> None:
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not match:
            return self.send(200, content, **headers)
        start, end = int(match[1]), int(match[2] or len(content) - 1)
        if start >= len(content):
            raise Refused(416, "Range not satisfiable")
        headers["Content_Range"] = f"bytes {start}-{end}/{len(content)}"
        self.send(206, content[start : end + 1], **headers)


NAME, KIND = r"(?P<name>[\w.-]+/[\w.-]+)", r"(?P<kind>models|spaces)"
REVISION = r"(?P<revision>refs/pr/\d+|[^/]+)"
ROUTES = (
    ("GET /api/whoami-v2", Handler.whoami),
    ("POST /api/repos/create", Handler.create),
    ("POST /api/validate-yaml", Handler.validate),
    (rf"(GET|POST) /api/spaces/{NAME}/(?P<what>variables|secrets)", Handler.settings),
    (rf"GET /api/{KIND}/{NAME}/refs", Handler.refs),
    (rf"GET /api/{KIND}/{NAME}/tree/{REVISION}", Handler.tree),
    (rf"POST /api/{KIND}/{NAME}/tag/{REVISION}", Handler.tag),
    (rf"POST /api/{KIND}/{NAME}/preupload/{REVISION}", Handler.preupload),
    (rf"POST /api/{KIND}/{NAME}/commit/{REVISION}", Handler.commit),
    (rf"GET /api/{KIND}/{NAME}/revision/{REVISION}", Handler.info),
    (rf"GET /api/{KIND}/{NAME}", Handler.info),
    (rf"POST /(?P<prefix>spaces/)?{NAME}\.git/info/lfs/objects/batch", Handler.batch),
    (r"PUT /lfs/(?P<oid>[0-9a-f]{64})", Handler.upload),
    (r"POST /lfs/(?P<oid>[0-9a-f]{64})/verify", Handler.verify),
    (rf"(GET|HEAD) /(?P<prefix>spaces/)?{NAME}/resolve/{REVISION}/(?P<path>.+)", Handler.resolve),
    (r"(GET|HEAD) /cdn/(?P<path>.+)", Handler.content),
)
