"""The model card: everything it states of a model comes from `detector.json` and `metrics.json`.

One long file, because it is one document: its sections follow each other here as they do there.
"""

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from detector import CLASSES
from detector.report import LIMITS

from ..config import TrainConfig
from ..data.download import KAGGLE_DATASET
from ..data.sources import KAGGLE_SOURCE
from .tables import sources_table

# What the figures of a split are of.
SPLITS = {
    "test": "Test: never trained on, and looked at once for each model",
    "test, whole photo": "Test, every face of the picture judged",
    "validation, corrupted": "Validation, degraded as Test is",
    "validation, clean": "Validation, as it is",
}
ROWS = (
    "pictures",
    "accuracy",
    "balanced accuracy",
    "auc",
    "average precision",
    "false accusations per 1000 real",
    "missed fakes per 1000 fake",
    "ece",
    "conclusive",
    "accuracy of conclusive",
)
DATASET_PAGE = "https://www.kaggle.com/datasets/" + KAGGLE_DATASET.partition("/versions/")[0]


def model_card(spec, metrics, *, evaluation, repo, tag, terms) -> ModelCard:
    """Write the model card of some weights.

    Args:
        spec: `detector.weights.Spec`.
        metrics: figures by split, as `train.metrics.summarise` gives them; "test" is needed.
        evaluation: what `train.evaluation.evaluate` found on Test.
        repo: "USER/NAME" on the Hub.
        tag: that the weights get there.
        terms: Markdown, under which terms the weights may be used.

    Returns:
        `huggingface_hub.ModelCard`, with a model-index.
    """
    data = ModelCardData(
        license="other",
        license_name="research-data-terms",
        license_link="TERMS.md",
        library_name="litert",
        pipeline_tag="image-classification",
        tags=["deepfake-detection", "face", "grad-cam", "keras", spec.architecture],
        model_name=repo.rpartition("/")[2],
        # A figure of other pictures must not stand beside those of this data set.
        eval_results=_results(metrics["test"])
        if set(evaluation["sources"]) == {KAGGLE_SOURCE}
        else None,
    )
    sections = (
        _introduction(spec, repo),
        _use(repo, tag),
        _intended_use(),
        _training(spec, terms),
        _evaluation(metrics, evaluation),
        _calibration(spec, metrics),
        _by_source(metrics),
        _robustness(metrics, evaluation),
        _fingerprint(spec),
    )
    body = "\n\n".join(section.strip() for section in sections)
    return ModelCard(f"---\n{data.to_yaml()}\n---\n\n{body}\n")


def _results(test):
    values = {
        "accuracy": ("Accuracy", test["accuracy"]),
        "roc_auc": ("AUC", test["auc"]),
        "f1": ("F1 of Fake", test["per class"]["Fake"]["f1"]),
        "precision": ("Precision of Fake", test["per class"]["Fake"]["precision"]),
        "recall": ("Recall of Fake", test["per class"]["Fake"]["recall"]),
    }
    return [
        EvalResult(
            task_type="image-classification",
            dataset_type=KAGGLE_DATASET.partition("/versions/")[0],
            dataset_name="Deepfake and Real Images",
            dataset_split="test",
            metric_type=metric_type,
            metric_name=metric_name,
            metric_value=value,
        )
        for metric_type, (metric_name, value) in values.items()
    ]


def _introduction(spec, repo):
    size = f"{spec.input_size}x{spec.input_size}"
    return f"""
# {repo.rpartition("/")[2]}

Tells whether a face in a photo is real or a deepfake, how sure it is, and which places of the face
speak for it. Model {spec.version}: {spec.architecture}, {spec.training["parameters"]:,} parameters,
input {size} px. Classes: {" and ".join(CLASSES)}; a probability is always P(fake).

| File | What it is |
|---|---|
| `detector.tflite` | the network that serves (LiteRT): crop to logit and evidence |
| `detector.keras` | its training form (Keras 3): in floats throughout |
| `faces.tflite` | the face detector whose crops it was trained on, MIT, see `LICENSE-faces` |
| `detector.json` | decision parameters, checksums, self-test, training settings, figures |
| `metrics.json` | the figures of this page |
"""


def _use(repo, tag):
    return f"""
## How to use

The files are made for the project's code, which finds and crops the faces as training did: a
network fed whole photos would learn their framing.

The page, here or in a Space: set two variables.

```
DETECTOR_REPO={repo} DETECTOR_REVISION={tag} python app.py
```

A script, against the page:

```python
from gradio_client import Client, handle_file
client = Client("http://127.0.0.1:7860")
*_, result = client.predict(handle_file("photo.jpg"), api_name="/predict")
print(result["label"], result["confidence"], result["weights"])
```

Python, without a server:

```python
import os
os.environ.update(DETECTOR_REPO="{repo}", DETECTOR_REVISION="{tag}", DETECTOR_REQUIRE_HUB="1")
from detector import load_detector
print(load_detector().predict("photo.jpg").label)
```
"""


def _intended_use():
    return f"""
## Intended use

A second opinion on a photo of a face, for a person who looks at the photo too; research on how such
detectors fail. Not for accusing anyone, and not as the only ground of any decision about a person.

## Limits

{LIMITS} Retouched, filtered, heavily compressed or very small faces may be judged less well; the
verdict says so where it can tell (`is_conclusive`, `notes`). The heatmap shows where the network
looked, not what was edited. Figures below are for pictures like those of its sources; what other
generators and cameras come to may be far worse. Whether it errs more often for some groups of
people (skin tone, age, sex) was not measured: the sources do not state them.
"""


def _training(spec, terms):
    config = TrainConfig().replace(**spec.training["config"])
    settings = ", ".join(f"{name} {value}" for name, value in spec.training["config"].items())
    names = " and ".join(
        f"[Deepfake and Real Images]({DATASET_PAGE})" if name == KAGGLE_SOURCE else f"`{name}`"
        for name in _sources(spec)
    )
    is_whole = config.takes_whole_pictures
    shown = "taken whole" if is_whole else "the face of each cut with a fixed margin"
    degraded = f"{config.corrupt_share:.0%} of them degraded" if config.corrupt_share else "clean"
    return f"""
## Training data and terms

Pictures of {names}: de-duplicated by content across splits, {shown}, {degraded}.
Settings: {settings}.

{terms}
"""


def _evaluation(metrics, evaluation):
    return f"""
## Evaluation

{_table(metrics, ROWS, [name for name in SPLITS if name in metrics])}

{_explanations(name for name in SPLITS if name in metrics)}

95 % intervals on Test (bootstrap over its pictures, those of a group drawn together):

{_intervals(evaluation["95 % intervals"])}

Confusion matrix of Test (rows true, columns judged):

{_confusion(metrics["test"]["confusion matrix"])}

![Confusion matrix](confusion.png)
![ROC and precision-recall curves](curves.png)
![Reliability](reliability.png)
![Accuracy of the most confident verdicts](coverage.png)

Printed by `python -m train evaluate`.
"""


def _calibration(spec, metrics):
    test = metrics["test"]
    conclusive = _cell(test["accuracy of conclusive"])
    least = " or ".join(f"{spec.min_confidence[name]:g} ({name})" for name in CLASSES)
    return f"""
## Calibration

P(fake) = sigmoid(logit / {spec.temperature:g} + {spec.bias:g}), fitted on degraded validation
pictures; the logit is the mean over views of a face ({_views(spec.views)}).

The expected calibration error on Test is {_cell(test["ece"])}. Verdicts with a confidence below
{least}, on faces smaller than {spec.min_face_side:g} px or cut by the edge of the picture are
marked inconclusive, and so are photos without a face (but not pictures that are said to be cut
around one).

{_cell(test["conclusive"])} of the verdicts on Test are conclusive, and of those {conclusive} are
right.
"""


def _by_source(metrics):
    table = "Not measured for these weights."
    if "by source" in metrics:
        table = sources_table(metrics["by source"])
    return f"""
## By source

Validation pictures as they are. A source of one class is told from the other class of its pool;
that is its AUC. For a genuine source "called Fake" is the error, for fakes it is the catch.

{table}
"""


def _robustness(metrics, evaluation):
    names = [name for name in ("validation, clean", "validation, corrupted") if name in metrics]
    rows = ("accuracy", "auc", "false accusations per 1000 real", "conclusive")
    table = _table(metrics, rows, names) if names else "Not measured for these weights."
    return f"""
## Robustness

The same validation pictures, clean and degraded with noise, blur, compression, false colour,
weather, occlusion and exposure (`train/data/corruptions.py`):

{table}

Share of verdicts on Test that change when the photo is resent:

| | another label | of these, both conclusive |
|---|---:|---:|
{_resends(evaluation["stability"])}
"""


def _fingerprint(spec):
    lines = [f"- `{name}`: sha256 `{value}`" for name, value in sorted(spec.sha256.items())]
    lines += [
        f"- data: `{spec.training['data']}` (`python -m train prepare`)",
        f"- code: `{spec.training.get('code', 'not recorded')}` (`train/fingerprint.py`)",
    ]
    return "## Fingerprint\n\n" + "\n".join(lines)


def _sources(spec):
    return spec.training.get("sources", [KAGGLE_SOURCE])  # weights of before they were written


def _table(metrics, rows, names):
    lines = [f"| | {' | '.join(names)} |", f"|---|{'---:|' * len(names)}"]
    lines += [
        f"| {row} | {' | '.join(_cell(metrics[name][row]) for name in names)} |" for row in rows
    ]
    return "\n".join(lines)


def _intervals(ends):
    lines = ["| | from | to |", "|---|---:|---:|"]
    lines += [f"| {name} | {_cell(low)} | {_cell(high)} |" for name, (low, high) in ends.items()]
    return "\n".join(lines)


def _resends(stability):
    return "\n".join(
        f"| {name} | {row['flips']:.1%} | {row['flips of conclusive verdicts']:.1%} |"
        for name, row in stability.items()
    )


def _views(views):
    return ", ".join(
        f"margin {view.margin:g}{' mirrored' if view.is_mirrored else ''}" for view in views
    )


def _explanations(names):
    return "\n".join(f"- **{name}**: {SPLITS[name]}" for name in names)


def _confusion(matrix):
    lines = [f"| | {' | '.join(CLASSES)} |", "|---|---:|---:|"]
    lines += [f"| {name} | {a} | {b} |" for name, (a, b) in zip(CLASSES, matrix, strict=True)]
    return "\n".join(lines)


def _cell(value):
    return "-" if value is None else f"{value:g}"
