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
    "introduction": "Drop, paste or take a photo. It is a second opinion, not proof.",
    "tab_one": "One photo",
    "tab_many": "Many photos",
    "tab_clip": "One clip",
    "percent": "{}%",
    "decimal_point": ".",
    "thousands": ",",
    # The answer
    "answer_empty": "The answer will appear here: Real or Fake, how sure, and why.",
    "labels": {"Real": "Real", "Fake": "Fake"},
    "headlines": {
        "strong": "Fake: strong signs of a forgery",
        "some": "Some signs of a forgery",
        "none": "Real: no signs of a forgery found",
        "unknown": "Cannot tell",
    },
    "sure": "{label}, {percent} sure",
    "leaning": "Leans to {label}, {percent}: too little to rely on",
    "limit_of": {
        "strong": "This is no proof. Filters and heavy edits can look like a forgery.",
        "some": "Too little to accuse anyone: some genuine photos look like this.",
        "none": "This is no proof. Forgeries of a kind it never learned can pass.",
        "unknown": "This is no sign of a forgery. Many genuine photos end like this.",
    },
    "what_means": "What does this mean?",
    "calibrated_meaning": (
        "Of 1,000 answers this sure, about {right} are right, on photos like those of its tests."
    ),
    "unsure_meaning": (
        "Photos from unknown sources get high numbers by mistake, too. So only the highest count "
        "as an answer."
    ),
    "inconclusive_meaning": (
        "This photo gives no answer to rely on. A larger copy, or the original file, may help: "
        "messengers and screenshots wipe out the traces that are looked for."
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
    "choose_hint": "Choose a face to see its answer.",
    "choose_face": "Face {number}: {headline}. {confidence}",
    "face_title": "Face {number}",
    "alt_overview": "The whole photo with a numbered box around each of {count} faces.",
    "alt_face": "The face that was judged.",
    "alt_one_of": "Face {number} of {count}.",
    "alt_no_face": "The middle of the photo; no face was found.",
    "alt_heat": "The {place} of it spoke most for this answer.",
    "alt_cold": "No place of it spoke for this answer.",
    "places": (
        ("upper left", "upper middle", "upper right"),
        ("left side", "centre", "right side"),
        ("lower left", "lower middle", "lower right"),
    ),
    "scale_cold": "little",
    "scale_hot": "spoke most for the answer",
    "heatmap": "Heatmap",
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
    "photo_place": "Drop a photo here\nor click to choose one",
    "face_crop": "The photo was cut around one face",
    "face_crop_info": "Judges its central face alone, not others beside it.",
    "address": "or the photo's web address",
    "fetch": "Fetch",
    "ways": "More ways in",
    "ways_note": "JPEG, PNG, WebP, AVIF or HEIC. The original file is best, a screenshot worst.",
    "no_preview": "This browser does not display this format. The photo was read all the same.",
    "examples": "Examples",
    "example_names": (
        "genuine portrait",
        "generated portrait",
        "altered face",
        "two people, one altered",
    ),
    "example_missed": "the model misses it",
    "example_unsure": "not sure",
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
    "with_photo": "Show the photo in the report",
    "copy": "Copy as text",
    "copied": "Copied: {text}",
    "not_copied": "This browser does not let pages copy. The text: {text}",
    "share": "Share",
    "share_text": "{headline} ({confidence}). {limit} Judged by {address}",
    # Many photos
    "face_crop_many": "Each photo was cut around one face",
    "files": "Up to {count} photos, or a zip of them",
    "judge_all": "Judge all",
    "cancel": "Cancel",
    "cancelled": "Cancelled. What was judged before stays.",
    "table_empty": "The table will appear here.",
    "table_heads": ("Photo", "File", "Verdict", "P(fake)", "Faces", "Note"),
    "table_show": "Show",
    "table_open": "Open {file} in the first tab",
    "table_kinds": {
        "all": "all: {count}",
        "strong": "strong signs: {count}",
        "some": "some signs: {count}",
        "unknown": "cannot tell: {count}",
        "none": "no signs: {count}",
        "failed": "not judged: {count}",
    },
    "table_progress": "{done} of {count} photos judged",
    "table_failed": "not judged",
    "downloads": "CSV and JSON",
    # One clip
    "clip_file": "A clip of up to {minutes} minutes and {megabytes} MB",
    "clip_note": (
        "MP4, MOV, WebM, MKV or AVI, best as it left the camera. The picture is judged, frame by "
        "frame; voice and lip movement are not checked."
    ),
    "clip_judge": "Judge the clip",
    "clip_stop": "Stop",
    "clip_stopped": "Stopped. Nothing of the clip is kept.",
    "clip_empty": "The answer will appear here: whose face looks forged, when, and how sure.",
    "clip_starting": "Reading the clip",
    "clip_waiting": "Clips before this one: {count}",
    "clip_progress": "Frame {done} of {count}",
    "clip_whom": (
        "Face {number} of {count}, in view from {start} to {end}, most suspicious at {worst}."
    ),
    "clip_nobody": "Faces that were judged: {count}. None of them leans to Fake.",
    "clip_looked": "{judged} of {count} frames were looked at.",
    "clip_unchecked": "Voice and lip movement are not checked.",
    "clip_limit": {
        "strong": "This is no proof. Filters, heavy compression and edits can look like a forgery.",
        "some": "Too little to accuse anyone: some genuine clips look like this.",
        "none": "This is no proof. Forgeries of a kind it never learned can pass.",
        "unknown": "This is no sign of a forgery, and none that the clip is genuine.",
    },
    "clip_timeline": "When",
    "clip_cut": "cut at",
    "clip_moment": "Moment of the clip",
    "clip_legend": (
        "A column for each frame that was looked at: the higher, the more it leans to Fake; red "
        "where that is sure, grey where it is not. Gaps: no face. Lines: cuts."
    ),
    "clip_said": "face {number} P(fake) {percent}",
    "clip_alt": "The frame at {time}, a numbered box around each face that was judged.",
    "clip_worst": "The most suspicious moment of each face",
    "clip_worst_of": "Face {number}, at {time}: {headline}",
    "clip_table": "The faces of this clip",
    "clip_heads": ("Face", "From", "To", "Verdict", "P(fake)", "Worst at", "Frames"),
    "clip_error_title": "This clip cannot be judged",
    "clip_errors": {  # the errors themselves are English
        "file_unreadable": "The clip is gone: it is kept for an hour at most. Send it again.",
    },
    # Foot
    "as_json": "Result as JSON",
}
