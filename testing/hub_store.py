"""What the test hub keeps: repositories as folders of real files, one folder per commit."""

import contextlib
import dataclasses
import functools
import hashlib
import os
import re
import shutil
from pathlib import Path

import yaml

TOKENS = {"hf_write": ("alice", "write"), "hf_read": ("alice", "read"), "hf_bob": ("bob", "write")}
LICENSES = {"apache-2.0", "mit", "other"}
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}


class Refused(Exception):
    """An answer other than 200, as the Hub words it."""

    def __init__(self, status: int, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = {"X-Error-Message": message} | ({"X-Error-Code": code} if code else {})


@dataclasses.dataclass(frozen=True)
class File:
    """A file of a commit: where it lies, and whether it is in large file storage."""

    path: Path
    is_lfs: bool

    @property
    def content(self) -> bytes:
        return self.path.read_bytes()

    @functools.cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @functools.cached_property
    def oid(self) -> str:
        """What the client compares: git's blob hash, or the sha256 of a large file."""
        if self.is_lfs:
            return self.sha256
        return hashlib.sha1(b"blob %d\0" % len(self.content) + self.content).hexdigest()


class Repo:
    """A repository: commits in order, and the names that point at them."""

    def __init__(self, folder, *, kind, name, is_private, sdk=None) -> None:
        self.folder, self.kind, self.name = folder, kind, name
        self.is_private, self.sdk = is_private, sdk
        self.commits = {}  # commit: {path: File}
        self.messages = {}
        self.branches, self.tags, self.pull_requests = {}, {}, {}
        self.variables, self.secrets = {}, {}
        self.commit({".gitattributes": b"*.tflite filter=lfs\n"}, message="initial commit")

    @property
    def head(self) -> str:
        return self.branches["main"]

    def resolve(self, revision: str) -> str:
        for names in (self.branches, self.tags, self.pull_requests):
            if revision in names:
                return names[revision]
        if revision in self.commits:
            return revision
        raise Refused(404, f"Invalid rev id: {revision}", "RevisionNotFound")

    def file(self, revision: str, path: str) -> File:
        files = self.commits[self.resolve(revision)]
        if path not in files:
            raise Refused(404, "Entry not found", "EntryNotFound")
        return files[path]

    def commit(
        self, contents: dict[str, bytes], *, message="", lfs=(), deleted=(), pull_request=False
    ) -> str:
        """Add files {path: bytes} on top of main; returns the commit."""
        parent = self.branches.get("main")
        files = {p: f for p, f in self.commits.get(parent, {}).items() if p not in deleted}
        state = f"{self.name} {len(self.commits)} {parent} {sorted(contents)} {message}"
        commit = hashlib.sha1(state.encode()).hexdigest()
        for path, file in files.items():  # the unchanged ones, as links to the same bytes
            place = self.folder / commit / path
            place.parent.mkdir(parents=True, exist_ok=True)
            os.link(file.path, place)
            files[path] = File(place, file.is_lfs)
        for path, content in contents.items():
            place = self.folder / commit / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.unlink(missing_ok=True)
            place.write_bytes(content)
            files[path] = File(place, path in lfs)
        self.commits[commit], self.messages[commit] = files, message
        if pull_request:
            self.pull_requests[f"refs/pr/{len(self.pull_requests) + 1}"] = commit
        else:
            self.branches["main"] = commit
        return commit

    def state(self) -> tuple[dict, dict, dict, set]:
        """Everything that a push may change, to compare before and after."""
        return dict(self.branches), dict(self.tags), dict(self.pull_requests), set(self.commits)


class Store:
    """All repositories, and who may do what."""

    def __init__(self, folder) -> None:
        self.folder = Path(folder)
        self.repos = {}  # (kind, "user/name"): Repo
        self.large_files = {}  # sha256: content, uploaded and not necessarily committed

    def clear(self) -> None:
        self.repos.clear()
        self.large_files.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def create(self, user, *, kind, name, is_private, sdk=None) -> Repo:
        if (kind, f"{user}/{name}") in self.repos:
            raise Refused(409, "You already created this model repo")
        folder = self.folder / kind / user / name
        repo = Repo(folder, kind=kind, name=f"{user}/{name}", is_private=is_private, sdk=sdk)
        self.repos[kind, repo.name] = repo
        return repo

    def user(self, token: str | None, *, write=False) -> str:
        """The account of a token, or a refusal."""
        if token is None:
            raise Refused(401, "Invalid username or password.")
        if token not in TOKENS:
            raise Refused(401, "Invalid credentials in Authorization header")
        name, role = TOKENS[token]
        if write and role != "write":
            raise Refused(403, "You have read-only access, a write token is needed")
        return name

    def open(self, kind: str, name: str, token: str | None, *, write=False, propose=False) -> Repo:
        """A repository, if the token may read it, write it, or propose changes to it."""
        user = self.user(token, write=write) if token or write else None
        repo = self.repos.get((kind, name))
        if repo is None or (repo.is_private and not name.startswith(f"{user}/")):
            # The Hub tells strangers 401 of what is not there, and accounts 404.
            raise Refused(401 if user is None else 404, "Repository not found", "RepoNotFound")
        if write and not propose and not name.startswith(f"{user}/"):
            raise Refused(403, "You don't have the rights to push to this repo")
        return repo


def front_matter_errors(content: str, kind: str) -> list[str]:
    """What the Hub would say of the front matter of a README."""
    match = re.match(r"---\n(.*?)\n---\n", content, re.DOTALL)
    try:
        values = yaml.safe_load(match[1]) if match else None
    except yaml.YAMLError as error:
        return [f"not YAML: {error}"]
    if not isinstance(values, dict):
        return ["empty or missing yaml metadata in repo card"]
    errors = []
    if values.get("license", "other") not in LICENSES:
        errors.append('"license" must be one of those known')
    if kind == "space":
        errors += [
            f'"{key}" is not allowed: {values.get(key)!r}'
            for key in ("colorFrom", "colorTo")
            if values.get(key) not in COLOURS
        ]
        if len(values.get("short_description", "")) > 60:
            errors.append('"short_description" length must be less than 60 characters long')
        if not isinstance(values.get("sdk_version"), str):
            errors.append('"sdk_version" must be a string')
        return errors
    if values.get("license") == "other" and not {"license_name", "license_link"} <= set(values):
        errors.append('"license_name" and "license_link" are needed where "license" is "other"')
    for model in values.get("model-index", []):
        with contextlib.suppress(KeyError, TypeError):
            for result in model["name"] and model["results"]:
                numbers = [metric["type"] and metric["value"] for metric in result["metrics"]]
                if result["task"]["type"] and result["dataset"]["type"] and all(numbers):
                    continue
                break
            else:
                continue
        errors.append('"model-index" is not of the form that is shown')
    return errors
