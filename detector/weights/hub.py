"""Weights from the Hugging Face Hub: fetched into its cache, verified, or an error in a sentence.

The cache, its place and the token are those of `huggingface_hub`: HF_HOME, HF_HUB_OFFLINE, HF_TOKEN
and `preload_from_hub` of a Space work as its documentation says.
"""

import hashlib
import re
from pathlib import Path

from huggingface_hub import HfApi, hf_hub_download, is_offline_mode
from huggingface_hub.errors import (
    GatedRepoError,
    HFValidationError,
    LocalEntryNotFoundError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from ..errors import DetectorError, HubError, HubUnreachableError, WeightsError
from .load import Weights, load_weights
from .spec import ADVICE, FILES, SPEC_FILE, read_spec

PROBE_SECONDS = 10  # to wait for the Hub's first answer
SHA1, SHA256 = re.compile("[0-9a-f]{40}"), re.compile("[0-9a-f]{64}")
HUB_ADVICE = "Push weights that load, or name another DETECTOR_REVISION."


def fetch_weights(repo: str, revision: str) -> Weights:
    """Fetch and verify weights; files that the cache holds are not fetched again.

    Args:
        repo: "USER/NAME" of a model repository.
        revision: tag, commit (40 hex digits; then a filled cache needs no network) or branch.

    Returns:
        `detector.weights.Weights`; `info.commit` says what the revision stands for, and
        `info.note` that it comes from the cache because the Hub did not answer.

    Raises:
        HubUnreachableError: the Hub did not answer, and the cache does not hold the weights.
        HubError: there are no such weights, or they may not serve.
    """
    try:
        folder, note = _fetch(repo, revision)
        return load_weights(
            folder, source="hub", repo=repo, revision=revision, commit=folder.name, note=note
        )
    except Exception as error:  # of huggingface_hub, its HTTP library, LiteRT or the file system
        raise explain(error, repo=repo, revision=revision) from error


def explain(error: Exception, *, repo: str, revision: str) -> HubError:
    """Say in a sentence why reading from the Hub failed.

    Args:
        error: what was caught.
        repo: "USER/NAME".
        revision: what was asked for.

    Returns:
        `HubError`, or `HubUnreachableError` where another try may help.
    """
    place = f"{repo} at {revision}"
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(error, HubError):
        return error
    if isinstance(error, WeightsError):
        reason = str(error).replace(ADVICE, HUB_ADVICE)
        return HubError(f"The weights of {place} may not serve: {reason}")
    if isinstance(error, HFValidationError):
        return HubError(f"A repository is named USER/NAME. Received: {repo!r}.")
    if isinstance(error, GatedRepoError):
        return HubError(f"{repo} asks for its terms to be accepted first, with HF_TOKEN's account.")
    if isinstance(error, RepositoryNotFoundError):
        return HubError(
            f"The Hub has no {repo}, or it is private and HF_TOKEN may not read it. Check the "
            "name, or set HF_TOKEN to a token that may."
        )
    if isinstance(error, RevisionNotFoundError):
        return HubError(f"{repo} has no tag, branch or commit {revision!r}. Name one that it has.")
    if isinstance(error, RemoteEntryNotFoundError):
        name = error.response.url.path.rsplit("/", 1)[-1]
        return HubError(f"{place} holds no {name}. Push weights with `python -m train push`.")
    if status in (401, 403):
        return HubError(
            f"The Hub refused to give {place} ({status}). Set HF_TOKEN to a valid token that may "
            "read it."
        )
    if isinstance(error, PermissionError) or getattr(error, "errno", None) is not None:
        return HubError(f"The cache of the Hub cannot be written ({error}). Set HF_HOME.")
    if status:
        kind = HubUnreachableError if status in (408, 429) or status >= 500 else HubError
        return kind(f"The Hub answered {status} when asked for {place}.")
    # Broken connections, timeouts, incomplete files: the classes are those of an HTTP library.
    reason = (str(error).splitlines() or [""])[0]
    return HubUnreachableError(
        f"The Hub did not give {place} ({type(error).__name__}: {reason.rstrip('.')})."
    )


def _fetch(repo, revision):
    """Return the folder in the cache, whose name is the commit, and a note or None."""
    if is_offline_mode() or SHA1.fullmatch(revision):
        try:
            return _get_files(repo, revision, is_local=True), None
        except LocalEntryNotFoundError as error:
            if is_offline_mode():
                raise HubError(
                    f"HF_HUB_OFFLINE is set, and the cache does not hold {repo} at {revision}. "
                    "Unset it, or fetch the weights beforehand."
                ) from error
    try:
        # Says in one request what is wrong; a download would try for 24 seconds before it does.
        HfApi().model_info(repo, revision=revision, timeout=PROBE_SECONDS)
    except Exception as error:
        problem = explain(error, repo=repo, revision=revision)
        if not isinstance(problem, HubUnreachableError):
            raise problem from error
        try:
            folder = _get_files(repo, revision, is_local=True)
        except (LocalEntryNotFoundError, DetectorError):
            raise problem from error
        return folder, f"{problem} The commit fetched last serves."
    return _get_files(repo, revision), None


def _get_files(repo, revision, *, is_local=False):
    folder = _get(repo, SPEC_FILE, revision, is_local=is_local).parent
    checksums = read_spec(folder).sha256
    for name in FILES:
        if name in checksums:  # `load_weights` says which one is missing
            _get(repo, name, folder.name, is_local=is_local, sha256=checksums[name])
    return folder


def _get(repo, name, revision, *, is_local, sha256=None):
    path = Path(hf_hub_download(repo, name, revision=revision, local_files_only=is_local))
    if _is_intact(path, sha256):
        return path
    if is_local:
        raise LocalEntryNotFoundError(f"{path} is damaged.")
    # Bytes that came altered would stay in the cache for good.
    path = Path(hf_hub_download(repo, name, revision=revision, force_download=True))
    if sha256 is None and not _is_intact(path, sha256):  # `load_weights` looks at the others
        raise HubError(f"{name} of {repo} at {revision} came damaged, twice. Look at your network.")
    return path


def _is_intact(path, sha256):
    content = path.read_bytes()
    blob = path.resolve().name  # the cache links a file to its content, named by git's hash of it
    if sha256 is None and SHA1.fullmatch(blob):
        return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest() == blob
    if sha256 is None and not SHA256.fullmatch(blob):
        return True  # no links on this file system
    return hashlib.sha256(content).hexdigest() == (sha256 or blob)
