"""The page in English."""

from detector.report import FRAME, LIMITS

TEXTS = {
    "language": "en",
    "language_name": "English",
    "title": "Is this face photo real or a deepfake?",
    "login_in_frame": (
        'Inside a frame browsers may forget the login. <a href="{address}" target="_blank" '
        'rel="noopener">Open the page itself</a> if this form comes again.'
    ),
    "introduction": "Drop a photo, paste one, or take one. The answer comes at once.",
    "tab_one": "One photo",
    "tab_many": "Many photos",
    "percent": "{}%",
    "decimal_point": ".",
    # The answer
    "answer_empty": "The answer will appear here.",
    "labels": {"Real": "Real", "Fake": "Fake"},
    "headlines": {
        "real": "Real: looks genuine",
        "fake": "Fake: looks manipulated",
        "inconclusive": "Inconclusive",
    },
    "sure": ("Very sure", "Sure", "Fairly sure"),
    "leaning": "Leans to {label} ({percent}), do not rely on it",
    "calibrated_meaning": (
        "Of 1,000 answers this sure, about {right} are right, on photos like those of its tests."
    ),
    "inconclusive_meaning": (
        "Inconclusive means: this photo gives no answer that could be relied on, in either "
        "direction. On its own it is no sign of forgery: many genuine photos end so. A larger or "
        "less processed copy may help."
    ),
    "limits": LIMITS,
    "notes": {},  # those of `detector.report.NOTES` are English
    "errors": {  # and so are the errors, but for scripts
        "file_unreadable": "The photo is gone: it is kept for an hour at most. Send it again.",
    },
    "error_title": "This photo cannot be judged",
    "several_faces": {
        "Real": "Each of the {count} faces looks genuine.",
        "Real, inconclusive": "None of the {count} faces leans to Fake, but that is not certain.",
        "Fake": "Faces judged Fake: {fakes} of {count}. One is enough for the whole photo.",
        "Fake, inconclusive": "Faces that lean to Fake: {fakes} of {count}.",
    },
    "frame": FRAME,
    "choose_hint": "Choose a face to see its heatmap and confidence.",
    "choose_face": "Face {number}: {headline}. {confidence}",
    "face_title": "Face {number}",
    "alt_overview": "The whole photo with a numbered box around each of {count} faces.",
    "alt_face": "The face that was judged, under its heatmap.",
    "alt_one_of": "Face {number} of {count}, under its heatmap.",
    "alt_no_face": "The middle of the photo, where no face was found, under its heatmap.",
    "alt_heat": "The {place} of it spoke most for this answer.",
    "alt_cold": "No place of it spoke for this answer.",
    "places": (
        ("upper left", "upper middle", "upper right"),
        ("left side", "centre", "right side"),
        ("lower left", "lower middle", "lower right"),
    ),
    "scale_cold": "little",
    "scale_hot": "spoke most for the answer",
    "opacity": "Heatmap strength",
    "heatmap_caption": (
        "The heatmap (Grad-CAM) shows where the model looked for this answer, in coarse "
        "places. It does not show what was edited, and proves nothing on its own."
    ),
    "report_link": "Report a wrong verdict (the photo is not sent)",
    "report_title": "Wrong verdict: {label}",
    "report_body": (
        "What the photo really is, and where it comes from (do not attach it unless it is yours):\n"
        "\n\nVerdict: {label}, P(fake) {probability}\nNotes: {notes}\nFaces: {faces}\n"
        "Size: {size}\nWeights: {weights}\n"
    ),
    # Ways in
    "photo": "Photo",
    "face_crop": "The photo was cut around one face",
    "face_crop_info": "Judges its central face alone, not others beside it.",
    "address": "or the photo's web address",
    "fetch": "Fetch",
    "ways_note": (
        "JPEG, PNG, WebP, AVIF or HEIC. Send the file itself if you can: a screen taken with the "
        "camera, or a screenshot, hides the traces that are looked for."
    ),
    "no_preview": "This browser does not display this format. The photo was read all the same.",
    "examples": "Examples",
    # Beside the answer
    "facts_title": "What the file says of itself",
    "facts_note": (
        "These are claims of the file: easily lost, easily forged, and not part of the verdict."
    ),
    "fact_file": "File",
    "fact_camera": "Camera",
    "fact_software": "Software",
    "fact_generator": "Name of an AI generator",
    "fact_c2pa": "Content credentials (C2PA)",
    "fact_none": "none stated",
    "c2pa_absent": "none",
    "c2pa_present": "present",
    "c2pa_generated": "They say that a model made this picture",
    "more": "More about this photo",
    "resend": "Would the verdict survive a resend?",
    "resend_heads": ("Copy", "Verdict", "P(fake)"),
    "resend_original": "as sent",
    "resend_setting": "{side} px, JPEG {quality}",
    "resend_setting_twice": "{side} px, JPEG {quality}, twice",
    "resend_outcomes": {
        "stable": "Stable: every copy gets the same verdict.",
        "weakens": "Weakens: the label stays, but some copies are inconclusive.",
        "changes": "Changes: some copies get the other label. Judge the original.",
    },
    "resend_note": "Messengers shrink and re-encode photos; these settings go from light to heavy.",
    "explain": "Explain more",
    "methods": {
        "Grad-CAM": "the map above: features times their weight",
        "Grad-CAM++": "gives several spots their due",
        "Score-CAM": "measures what each feature adds, without gradients",
        "SmoothGrad": "pixels that would change the answer, averaged over noise",
    },
    "methods_wait": "Working. The first time TensorFlow is loaded: about 15 seconds.",
    "methods_note": (
        "Where methods agree, the model looked there; where they do not, trust none of them."
    ),
    "alt_method": "The judged face under the heatmap of {method}.",
    "keep": "Report to download",
    "keep_files": "Report: picture and data",
    "keep_weights": "Weights",
    "keep_photo": "Photo",
    "share": "Copy link with these settings",
    "share_done": "Link copied. It holds the settings, not the photo.",
    "share_shown": "The link is in the address bar. It holds the settings, not the photo.",
    # Many photos
    "face_crop_many": "Each photo was cut around one face",
    "files": "Up to {count} photos, or a zip of them",
    "judge_all": "Judge all",
    "cancel": "Cancel",
    "cancelled": "Cancelled. What was judged before stays.",
    "table_empty": "The table will appear here.",
    "table_heads": ("Photo", "File", "Verdict", "P(fake)", "Faces", "Note"),
    "table_progress": "{done} of {count} photos judged",
    "table_failed": "not judged",
    "downloads": "CSV and JSON",
    # Foot
    "as_json": "Result as JSON",
}
