"""A verdict as JSON and as plain sentences."""

import dataclasses
import math

LIMITS = (
    "It learned from face swaps and generated portraits of a few kinds; other kinds may pass. "
    "“Real” means that no signs of forgery were found, not that there are none."
)
NOTES = {
    "no_face": "No face was found, so the middle of the picture was judged instead",
    "small_face": "The face is too small to keep the traces that are looked for",
    "cut_face": "The edge of the picture cuts the face off",
    "low_confidence": "The model is not sure enough",
    "turned": "The photo is turned; the face was turned upright to be judged",
    "more_faces": "There are more faces than are judged in one photo; the smaller ones were not",
    "more_frames": "There are more frames than were judged",
    # Of clips
    "clips_unproven": (
        "On clips the model has not been shown to be reliable enough for an answer of Real"
    ),
    "flicker": "Single frames look manipulated, but not those beside them",
    "nobody_seen": "No face was seen",
    "short_appearances": "No face was in view long enough to be judged",
    "cut_short": "The clip was not looked at to its end: time ran out, or it is damaged",
    "key_frames": "The clip is long, so only its key frames were looked at in the first round",
    "hdr": "The clip has a wide range of colours, which the model did not learn",
}

FRAME = "Frame {number} decided; {judged} of {count} were judged."


def to_json(verdict) -> dict:
    """Turn a verdict into plain types for `json.dumps`.

    Args:
        verdict: `detector.Verdict`.

    Returns:
        A dict: numbers rounded to 4 decimals (probabilities) and 0.1 (pixels), no heatmaps.
    """
    return {
        **judged_to_json(verdict),
        "faces": [
            {
                "box": [round(edge, 1) for edge in face.box],
                "score": round(face.face_confidence, 4),
                **judged_to_json(face),
            }
            for face in verdict.faces
        ],
        "width": verdict.size[0],
        "height": verdict.size[1],
        "frame": verdict.frame and dataclasses.asdict(verdict.frame),
        "weights": dataclasses.asdict(verdict.weights),
    }


def judged_to_json(judged) -> dict:
    """What every verdict says, whether on a photo, a face, a clip or an appearance, as a dict."""
    return {
        "label": judged.label,
        "confidence": round(judged.confidence, 4),
        "fake_probability": round(judged.fake_probability, 4),
        "is_conclusive": judged.is_conclusive,
        "notes": list(judged.notes),
    }


def per_thousand(probability: float) -> int:
    """A probability for people: rounded down to a thousandth, and at most 999.

    No model is certain. Every text that states a probability goes through here.

    Args:
        probability: 0-1.

    Returns:
        int, 0-999.
    """
    return min(math.floor(probability * 1000 + 1e-9), 999)


def to_percent(probability: float) -> str:
    """A probability as text, such as "97.3%"; see `per_thousand`."""
    return f"{per_thousand(probability) / 10:.1f}%"


def count_fakes(verdict) -> int:
    """How many faces a Fake photo is called so for: where some are conclusive, those alone."""
    return sum(
        face.label == "Fake" and face.is_conclusive >= verdict.is_conclusive
        for face in verdict.faces
    )


def to_sentence(verdict) -> str:
    """Say a verdict in plain words.

    Args:
        verdict: `detector.Verdict`.

    Returns:
        One to four sentences.
    """
    said = _say(verdict)
    if verdict.frame:
        said += f" {FRAME.format(**dataclasses.asdict(verdict.frame))}"
    return said


def _say(verdict):
    percent = to_percent(verdict.confidence)
    count = len(verdict.faces)
    subject, look = "This photo", "looks"
    if verdict.label == "Real" and count > 1:
        subject = f"Each of the {count} faces"
    elif count > 1:
        fakes = count_fakes(verdict)
        subject = f"{fakes} of {count} faces" if fakes > 1 else f"One of {count} faces"
        look = "look" if fakes > 1 else "looks"
    what = "manipulated" if verdict.label == "Fake" else "genuine"
    if verdict.is_conclusive:
        return f"{subject} {look} {what} ({percent} confidence)."
    leaning = f"{subject} {look} rather {what} ({percent}), but do not rely on it."
    reasons = ". ".join(NOTES[note] for note in verdict.notes)
    return f"Inconclusive. {leaning} {reasons}."
