"""Weights to the Hugging Face Hub: everything in one commit, then a tag."""

import dataclasses
import hashlib
import json
from pathlib import Path

from huggingface_hub import CommitOperationAdd, HfApi, get_token, hf_hub_download
from huggingface_hub.errors import RepositoryNotFoundError

from detector.config import WEIGHTS_DIR
from detector.errors import HubError, WeightsError
from detector.weights import FACES_FILE, KERAS_FILE, MODEL_FILE, SPEC_FILE, load_weights
from detector.weights.hub import PROBE_SECONDS, explain

from ..quick import is_toy
from .card import model_card

COMPARED = ("auc", "accuracy")  # on Test; higher is better
PLOTS = ("confusion.png", "curves.png", "reliability.png", "coverage.png")
EVALUATE = "`python -m train evaluate --record`"


@dataclasses.dataclass(frozen=True)
class Remote:
    """What a repository on the Hub holds now.

    Attributes:
        commit: of its main branch.
        tags: names.
        figures: on Test, of the weights that it serves; {} if there are none.
    """

    commit: str
    tags: tuple[str, ...]
    figures: dict


def push(
    weights_dir,
    *,
    repo,
    output,
    tag=None,
    is_private=False,
    is_dry_run=False,
    may_be_worse=False,
    is_proposal=False,
) -> str:
    """Push weights; what is already there is not pushed twice, so a failed push may be repeated.

    Args:
        weights_dir: folder of the weights, with figures that `python -m train evaluate` recorded.
        repo: "USER/NAME", created if it does not exist.
        output: folder that `python -m train evaluate` wrote.
        tag: default is "v" and the version of the model.
        is_private: of a repository that is created.
        is_dry_run: change nothing on the Hub.
        may_be_worse: push weights that do worse on Test than those the repository serves.
        is_proposal: open a pull request, without a tag.

    Returns:
        What was done, in sentences.

    Raises:
        WeightsError: the weights are damaged, a toy, or were not evaluated.
        HubError: the tag exists, the weights are worse, or the Hub refused or did not answer.
    """
    spec = load_weights(weights_dir).spec  # with its self-test
    if is_toy(spec.version):
        raise WeightsError(
            f"{weights_dir} holds a toy of `all --quick` ({spec.version}), which nobody should "
            "serve. Train without --quick first."
        )
    tag = tag or f"v{spec.version}"
    files = collect(weights_dir, spec, repo=repo, output=output, tag=tag)
    print(f"For {repo}, in one commit:")
    for name, part in files.items():
        print(f"  {name:18}{len(_read(part)):>12,} B", flush=True)
    if not is_dry_run:
        require_token()
    api = HfApi()
    try:
        remote = read_remote(api, repo)
        is_there = remote and tag in remote.tags and _holds(api, repo, tag, files)
    except Exception as error:  # of huggingface_hub and its HTTP library
        raise explain_refusal(error, repo) from error
    if is_there:
        return f"{repo} holds these very files at {tag} already; nothing was pushed."
    _check(remote, spec.metrics["test"], repo=repo, tag=tag, may_be_worse=may_be_worse)
    if is_dry_run:
        return f"Nothing was pushed; the tag would be {tag}."
    return _send(
        api,
        files,
        repo=repo,
        tag=tag,
        message=f"Model {spec.version}",
        parent=remote and remote.commit,
        is_private=is_private,
        is_proposal=is_proposal,
    )


def collect(weights_dir, spec, *, repo, output, tag) -> dict:
    """Gather what is pushed.

    Returns:
        By name in the repository: a `pathlib.Path`, or bytes that are made here.

    Raises:
        WeightsError: something is missing, or the figures are of other weights.
    """
    weights_dir, output = Path(weights_dir), Path(output)
    files = {name: weights_dir / name for name in (MODEL_FILE, KERAS_FILE, FACES_FILE, SPEC_FILE)}
    files["LICENSE-faces"] = _beside(weights_dir, "LICENSE-faces")
    files |= {name: output / name for name in PLOTS}
    evaluation = output / "evaluation.json"
    if "test" not in spec.metrics:
        raise WeightsError(f"{weights_dir} was not evaluated on Test. Run {EVALUATE} first.")
    for path in (*files.values(), evaluation):
        if not path.is_file():
            raise WeightsError(
                f"{path} does not exist. Run {EVALUATE}, and pass its --output folder here too."
            )
    try:
        figures = json.loads(evaluation.read_text(encoding="utf-8"))
        found = figures["split"], figures["sha256"], figures["labelled face"]
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{evaluation} is damaged ({error!r}). Run {EVALUATE}.") from error
    if found != ("Test", spec.sha256[MODEL_FILE], spec.metrics["test"]):
        raise WeightsError(
            f"{evaluation} is of {figures['split']} and weights {figures['sha256'][:12]}; expected "
            f"the recorded figures of Test and {spec.sha256[MODEL_FILE][:12]}. Run {EVALUATE}."
        )
    metrics = {**spec.metrics, "test, whole photo": figures["whole photo"]}
    about = {"version": spec.version, "sha256": spec.sha256[MODEL_FILE]}
    terms = _terms(_beside(weights_dir, "README.md"))
    card = model_card(spec, metrics, evaluation=figures, repo=repo, tag=tag, terms=terms)
    files["metrics.json"] = (json.dumps(about | metrics, indent=2) + "\n").encode()
    files["TERMS.md"] = f"# Terms\n\n{terms}\n".encode()
    files["README.md"] = str(card).encode()
    return files


def read_remote(api, repo) -> Remote | None:
    """Look at a repository.

    Returns:
        `Remote`, or None if there is no such repository, or none that the token may see.
    """
    try:
        info = api.model_info(repo, timeout=PROBE_SECONDS)
    except RepositoryNotFoundError:
        return None
    tags = tuple(tag.name for tag in api.list_repo_refs(repo).tags)
    figures = {}
    if any(file.rfilename == SPEC_FILE for file in info.siblings):
        path = hf_hub_download(repo, SPEC_FILE, revision=info.sha)
        try:
            figures = json.loads(Path(path).read_text(encoding="utf-8"))["metrics"]["test"]
        except (ValueError, KeyError, TypeError):
            figures = {}  # what it holds cannot serve, or was never evaluated
    return Remote(info.sha, tags, figures)


def _check(remote, figures, *, repo, tag, may_be_worse):
    if remote is None:
        return
    if tag in remote.tags:
        raise HubError(
            f"{repo} has a tag {tag} already, of other files. Pass another --tag; a tag is never "
            "moved, because others pin it."
        )
    worse = [
        f"{name} {figures[name]:g} (on {figures['pictures']} pictures), there "
        f"{remote.figures[name]:g} (on {remote.figures.get('pictures')})"
        for name in COMPARED
        if figures[name] < remote.figures.get(name, 0.0)
    ]
    if worse and not may_be_worse:
        raise HubError(
            f"These weights do worse on Test than those that {repo} serves: {'; '.join(worse)}. "
            "Train better ones, or pass --allow-worse."
        )


def _send(api, files, *, repo, tag, message, parent, is_private, is_proposal):
    operations = [
        CommitOperationAdd(name, part if isinstance(part, bytes) else str(part))
        for name, part in files.items()
    ]
    try:
        if parent is None:
            api.create_repo(repo, private=is_private or None, exist_ok=True)
        # Not `upload_folder`: with Xet it may split what it uploads into several commits.
        commit = api.create_commit(
            repo,
            operations,
            commit_message=message,
            parent_commit=parent,
            create_pr=is_proposal,
        )
    except Exception as error:  # of huggingface_hub and its HTTP library
        raise explain_refusal(error, repo) from error
    if is_proposal:
        return (
            f"Proposed at {commit.pr_url}. When it is merged, the same command without "
            f"--create-pr adds the tag {tag}."
        )
    try:
        api.create_tag(repo, tag=tag, revision=commit.oid)
    except Exception as error:  # likewise
        raise HubError(
            f"The files are in {repo} (commit {commit.oid}), but not the tag {tag}: "
            f"{explain_refusal(error, repo)}"
        ) from error
    return (
        f"{repo} holds model and card at {tag}, commit {commit.oid}.\nServe them with "
        f"DETECTOR_REPO={repo} DETECTOR_REVISION={tag}, and restart what serves."
    )


def _holds(api, repo, revision, files):
    entries = {entry.path: entry for entry in api.list_repo_tree(repo, revision=revision)}
    for name, part in files.items():
        content, entry = _read(part), entries.get(name)
        if entry is None:
            return False
        if entry.lfs:
            is_same = entry.lfs.sha256 == hashlib.sha256(content).hexdigest()
        else:  # named by git's hash
            blob = b"blob %d\0" % len(content) + content
            is_same = entry.blob_id == hashlib.sha1(blob).hexdigest()
        if not is_same:
            return False
    return True


def explain_refusal(error, repo) -> HubError:
    """What a writer should do, as a `HubError`; `detector.weights.hub.explain` tells a reader."""
    is_wrapped = isinstance(error, RuntimeError | ValueError) and error.__cause__ is not None
    cause = error.__cause__ if is_wrapped else error  # of a failed upload, a refused card
    status = getattr(getattr(cause, "response", None), "status_code", None)
    if status == 401:
        return HubError(
            f"The Hub does not know this token ({status}). Make one with write access "
            "(huggingface.co/settings/tokens) and set HF_TOKEN to it."
        )
    if status in (403, 404):
        return HubError(
            f"This token may not write to {repo} ({status}). Use one with write access to it, name "
            "a repository of your own, or propose the change with --create-pr."
        )
    if status in (409, 412):
        return HubError(
            f"{repo} was changed meanwhile ({status}). Look at it, then run the command again."
        )
    if status == 400 and isinstance(error, ValueError):
        return HubError(f"The Hub refused the model card: {error}")
    problem = explain(cause, repo=repo, revision="main")
    return type(problem)(f"{problem} Run the same command again: nothing is pushed twice.")


def require_token() -> None:
    """Say how to get a token where there is none."""
    if get_token() is None:
        raise HubError(
            "No token was found. Make one with write access (huggingface.co/settings/tokens) and "
            "set HF_TOKEN, or run `hf auth login`."
        )


def _beside(weights_dir, name):
    path = Path(weights_dir) / name
    return path if path.is_file() else WEIGHTS_DIR / name


def _terms(path):
    _, heading, terms = path.read_text(encoding="utf-8").partition("## Terms\n")
    if not heading:
        raise WeightsError(f"{path} has no section '## Terms': say under which the weights go.")
    return terms.partition("\n## ")[0].strip()


def _read(part):
    return part if isinstance(part, bytes) else part.read_bytes()
