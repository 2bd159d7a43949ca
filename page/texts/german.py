"""The page in German."""

TEXTS = {
    "language": "de",
    "language_name": "Deutsch",
    "title": "Ist dieses Gesichtsfoto echt oder ein Deepfake?",
    "login_in_frame": (
        'In einem Rahmen vergessen manche Browser die Anmeldung. <a href="{address}" '
        'target="_blank" rel="noopener">Die Seite selbst öffnen</a>, wenn das Formular wiederkehrt.'
    ),
    "introduction": "Foto hineinziehen, einfügen oder aufnehmen. Eine zweite Meinung, kein Beweis.",
    "tab_one": "Ein Foto",
    "tab_many": "Viele Fotos",
    "tab_clip": "Ein Video",
    "percent": "{}\u00a0%",
    "decimal_point": ",",
    "thousands": ".",
    # Die Antwort
    "answer_empty": "Hier erscheint die Antwort: Echt oder Fälschung, wie sicher, und warum.",
    "labels": {"Real": "Echt", "Fake": "Fälschung"},
    "headlines": {
        "strong": "Fälschung: deutliche Anzeichen",
        "some": "Einige Anzeichen einer Fälschung",
        "none": "Echt: keine Anzeichen einer Fälschung gefunden",
        "unknown": "Nicht zu entscheiden",
    },
    "sure": "{label}, zu {percent} sicher",
    "leaning": "Eher {label}, {percent}: zu wenig, um sich darauf zu verlassen",
    "limit_of": {
        "strong": "Das ist kein Beweis. Filter und starke Bearbeitung sehen manchmal so aus.",
        "some": "Zu wenig für einen Vorwurf: Manche echten Fotos sehen so aus.",
        "none": "Das ist kein Beweis. Fälschungen anderer Art bleiben womöglich unerkannt.",
        "unknown": "Das ist kein Anzeichen einer Fälschung. Viele echte Fotos enden so.",
    },
    "what_means": "Was heißt das?",
    "calibrated_meaning": (
        "Von 1.000 so sicheren Antworten stimmen etwa {right}, bei Fotos wie denen der Prüfung."
    ),
    "unsure_meaning": (
        "Fotos unbekannter Herkunft bekommen auch irrtümlich hohe Werte. Darum gelten nur die "
        "höchsten als Antwort."
    ),
    "inconclusive_meaning": (
        "Dieses Foto gibt keine verlässliche Antwort. Eine größere Kopie oder das Original kann "
        "helfen: Messenger und Bildschirmfotos löschen die gesuchten Spuren aus."
    ),
    "limits": (
        "Gelernt wurde an einigen Arten von Gesichtstausch und erzeugten Porträts; andere gehen "
        "womöglich durch. „Echt“ heißt: keine Spuren gefunden, nicht: keine vorhanden."
    ),
    "notes": {
        "no_face": "Kein Gesicht gefunden; beurteilt wurde die Mitte des Bildes",
        "small_face": "Das Gesicht ist zu klein für die gesuchten Spuren",
        "cut_face": "Der Bildrand schneidet das Gesicht an",
        "low_confidence": "Das Modell ist nicht sicher genug",
        "turned": "Das Foto ist gedreht; das Gesicht wurde aufrecht beurteilt",
        "more_faces": "Mehr Gesichter, als in einem Foto beurteilt werden; die kleineren fehlen",
        "more_frames": "Es gibt mehr Einzelbilder, als beurteilt wurden",
        "clips_unproven": (
            "Bei Videos ist das Modell nicht nachweislich verlässlich genug für die Antwort „Echt“"
        ),
        "flicker": "Einzelne Bilder wirken verändert, die daneben aber nicht",
        "nobody_seen": "Kein Gesicht war zu sehen",
        "short_appearances": "Kein Gesicht war lange genug im Bild, um beurteilt zu werden",
        "cut_short": (
            "Das Video wurde nicht bis zum Ende angesehen: Die Zeit war um, oder es ist beschädigt"
        ),
        "key_frames": "Das Video ist lang; zuerst wurden nur seine Schlüsselbilder angesehen",
        "hdr": "Das Video hat einen großen Farbumfang, den das Modell nicht kennt",
    },
    "errors": {
        "wrong_type": "Das ist kein Foto. Bitte eine Bilddatei senden.",
        "file_unreadable": "Die Datei lässt sich nicht lesen. Bitte noch einmal senden.",
        "empty": "Die Datei ist leer. Bitte ein Foto als JPEG, PNG oder WebP senden.",
        "not_a_photo": (
            "Diese Datei ist kein lesbares Foto. Bitte JPEG, PNG, WebP, AVIF oder HEIC senden."
        ),
        "raw_file": "Das ist eine Rohdatei oder ein Vorschaubild. Bitte als JPEG exportieren.",
        "damaged": "Das Foto ist beschädigt oder unvollständig. Bitte das Original senden.",
        "too_many_bytes": "Die Datei ist zu groß. Bitte als JPEG speichern und neu senden.",
        "too_many_pixels": "Das Foto hat zu viele Bildpunkte. Bitte verkleinern und neu senden.",
        "too_small": "Das Foto ist zu klein (mindestens 64x64). Bitte das Original senden.",
        "bad_archive": "Das Archiv ist beschädigt oder verschlüsselt. Bitte neu packen.",
        "too_many_files": "Zu viele Fotos auf einmal. Bitte in kleineren Gruppen senden.",
        "no_files": "Bitte zuerst Fotos oder ein Zip-Archiv wählen.",
        "address_invalid": (
            "Eine Adresse beginnt mit https:// oder http:// und hat weder Port noch Passwort."
        ),
        "address_private": (
            "Diese Adresse liegt nicht im öffentlichen Internet. Bitte die Datei senden."
        ),
        "address_unreachable": (
            "Unter dieser Adresse ist kein Foto erreichbar. Bitte prüfen oder die Datei senden."
        ),
        "too_many_requests": "Zu viele Fotos in kurzer Zeit. Bitte eine Minute warten.",
        "address_too_slow": "Die Adresse antwortet zu langsam. Bitte die Datei senden.",
    },
    "error_title": "Dieses Foto kann nicht beurteilt werden",
    "several_faces": {
        "Real": "Jedes der {count} Gesichter wirkt echt.",
        "Real, inconclusive": "Keines der {count} Gesichter wirkt gefälscht; sicher ist das nicht.",
        "Fake": "Als Fälschung beurteilt: {fakes} von {count} Gesichtern. Eines genügt.",
        "Fake, inconclusive": "Eher Fälschung: {fakes} von {count} Gesichtern.",
    },
    "frame": "Bild {number} gab den Ausschlag; {judged} von {count} wurden beurteilt.",
    "choose_hint": "Ein Gesicht wählen, um seine Antwort zu sehen.",
    "choose_face": "Gesicht {number}: {headline}. {confidence}",
    "face_title": "Gesicht {number}",
    "alt_overview": "Das ganze Foto, um jedes der {count} Gesichter ein nummerierter Rahmen.",
    "alt_face": "Das beurteilte Gesicht.",
    "alt_one_of": "Gesicht {number} von {count}.",
    "alt_no_face": "Die Bildmitte; ein Gesicht wurde nicht gefunden.",
    "alt_heat": "Am meisten sprach dafür: {place}.",
    "alt_cold": "Keine Stelle sprach für diese Antwort.",
    "places": (
        ("oben links", "oben in der Mitte", "oben rechts"),
        ("links", "in der Mitte", "rechts"),
        ("unten links", "unten in der Mitte", "unten rechts"),
    ),
    "scale_cold": "wenig",
    "scale_hot": "sprach am meisten dafür",
    "heatmap": "Wärmekarte",
    "heatmap_caption": (
        "Die Wärmekarte (Grad-CAM) zeigt, wohin das Modell für diese Antwort gesehen hat, in "
        "groben Feldern. Sie zeigt nicht, was verändert wurde, und beweist allein nichts."
    ),
    "report_link": "Falsches Urteil melden (ohne das Foto)",
    "report_title": "Falsches Urteil: {label}",
    "report_body": (
        "Was das Foto wirklich ist und woher es stammt (nur eigene Fotos anhängen):\n"
        "\n\nUrteil: {label}, P(Fälschung) {probability}\nHinweise: {notes}\nGesichter: {faces}\n"
        "Größe: {size}\nGewichte: {weights}\n"
    ),
    # Wege hinein
    "photo": "Foto",
    "photo_place": "Foto hier ablegen\noder zum Auswählen klicken",
    "face_crop": "Das Foto ist auf ein Gesicht zugeschnitten",
    "face_crop_info": "Beurteilt nur das mittlere Gesicht, nicht andere daneben.",
    "address": "oder die Webadresse des Fotos",
    "fetch": "Holen",
    "ways": "Weitere Wege",
    "ways_note": "JPEG, PNG, WebP, AVIF oder HEIC. Am besten das Original, kein Bildschirmfoto.",
    "no_preview": "Dieser Browser zeigt das Format nicht an. Gelesen wurde das Foto trotzdem.",
    "examples": "Beispiele",
    "example_names": (
        "echtes Porträt",
        "erzeugtes Porträt",
        "verändertes Gesicht",
        "zwei Personen, eine verändert",
    ),
    "example_missed": "das Modell irrt",
    "example_unsure": "unsicher",
    # Neben der Antwort
    "facts_title": "Was die Datei über sich sagt",
    "facts_note": (
        "Das sind Angaben der Datei: leicht verloren, leicht gefälscht und nicht Teil des Urteils."
    ),
    "fact_file": "Datei",
    "fact_camera": "Kamera",
    "fact_software": "Software",
    "fact_generator": "Name eines KI-Generators",
    "fact_c2pa": "Herkunftsnachweis (C2PA)",
    "fact_none": "keine Angabe",
    "c2pa_absent": "keiner",
    "c2pa_present": "vorhanden",
    "c2pa_generated": "Er sagt, dass ein Modell dieses Bild erzeugt hat",
    "more": "Mehr zu diesem Foto",
    "resend": "Hält das Urteil ein Weiterleiten aus?",
    "resend_heads": ("Kopie", "Urteil", "P(fake)"),
    "resend_original": "wie gesendet",
    "resend_setting": "{side} px, JPEG {quality}",
    "resend_setting_twice": "{side} px, JPEG {quality}, zweimal",
    "resend_outcomes": {
        "stable": "Stabil: Jede Kopie bekommt dasselbe Urteil.",
        "weakens": "Wird schwächer: Das Urteil bleibt, aber manche Kopien sind unentschieden.",
        "changes": "Ändert sich: Manche Kopien bekommen das andere Urteil. Das Original prüfen.",
    },
    "resend_note": "Messenger verkleinern und komprimieren Fotos; hier von leicht bis stark.",
    "explain": "Genauer erklären",
    "methods": {
        "Grad-CAM": "die Karte oben: Merkmale mal ihr Gewicht",
        "Grad-CAM++": "wird mehreren Stellen gerecht",
        "Score-CAM": "misst den Beitrag jedes Merkmals, ohne Gradienten",
        "SmoothGrad": "Bildpunkte, die das Urteil ändern würden, über Rauschen gemittelt",
    },
    "methods_wait": "In Arbeit. Beim ersten Mal wird TensorFlow geladen: etwa 15 Sekunden.",
    "methods_note": (
        "Wo Methoden übereinstimmen, hat das Modell hingesehen; wo nicht, ist keiner zu trauen."
    ),
    "alt_method": "Das beurteilte Gesicht unter der Wärmekarte von {method}.",
    "keep": "Bericht zum Herunterladen",
    "keep_files": "Bericht: Bild und Daten",
    "keep_weights": "Gewichte",
    "keep_photo": "Foto",
    "with_photo": "Das Foto im Bericht zeigen",
    "copy": "Als Text kopieren",
    "copied": "Kopiert: {text}",
    "not_copied": "Dieser Browser lässt Seiten nicht kopieren. Der Text: {text}",
    "share": "Teilen",
    "share_text": "{headline} ({confidence}). {limit} Beurteilt von {address}",
    # Viele Fotos
    "face_crop_many": "Jedes Foto ist auf ein Gesicht zugeschnitten",
    "files": "Bis zu {count} Fotos oder ein Zip-Archiv",
    "judge_all": "Alle beurteilen",
    "cancel": "Abbrechen",
    "cancelled": "Abgebrochen. Was vorher beurteilt wurde, bleibt.",
    "table_empty": "Hier erscheint die Tabelle.",
    "table_heads": ("Foto", "Datei", "Urteil", "P(Fälschung)", "Gesichter", "Hinweis"),
    "table_show": "Zeigen",
    "table_open": "{file} im ersten Reiter öffnen",
    "table_kinds": {
        "all": "alle: {count}",
        "strong": "deutliche Anzeichen: {count}",
        "some": "einige Anzeichen: {count}",
        "unknown": "nicht zu entscheiden: {count}",
        "none": "keine Anzeichen: {count}",
        "failed": "nicht beurteilt: {count}",
    },
    "table_progress": "{done} von {count} Fotos beurteilt",
    "table_failed": "nicht beurteilt",
    "downloads": "CSV und JSON",
    # Ein Video
    "clip_file": "Ein Video bis {minutes} Minuten und {megabytes} MB",
    "clip_note": (
        "MP4, MOV, WebM, MKV oder AVI, am besten wie aufgenommen. Beurteilt wird das Bild, Bild "
        "für Bild; Stimme und Lippenbewegung werden nicht geprüft."
    ),
    "clip_judge": "Video beurteilen",
    "clip_stop": "Anhalten",
    "clip_stopped": "Angehalten. Vom Video wird nichts behalten.",
    "clip_empty": "Hier erscheint die Antwort: welches Gesicht, wann, und wie sicher.",
    "clip_starting": "Das Video wird gelesen",
    "clip_waiting": "Videos davor: {count}",
    "clip_progress": "Bild {done} von {count}",
    "clip_whom": (
        "Gesicht {number} von {count}, im Bild von {start} bis {end}, am auffälligsten bei {worst}."
    ),
    "clip_nobody": "Beurteilte Gesichter: {count}. Keines wirkt eher gefälscht.",
    "clip_looked": "{judged} von {count} Bildern wurden angesehen.",
    "clip_unchecked": "Stimme und Lippenbewegung werden nicht geprüft.",
    "clip_limit": {
        "strong": "Das ist kein Beweis. Filter, Kompression und Bearbeitung sehen manchmal so aus.",
        "some": "Zu wenig für einen Vorwurf: Manche echten Videos sehen so aus.",
        "none": "Das ist kein Beweis. Fälschungen anderer Art bleiben womöglich unerkannt.",
        "unknown": "Das ist kein Anzeichen einer Fälschung, und keines für die Echtheit.",
    },
    "clip_timeline": "Wann",
    "clip_cut": "Schnitt bei",
    "clip_moment": "Zeitpunkt im Video",
    "clip_legend": (
        "Eine Säule für jedes angesehene Bild: je höher, desto eher Fälschung; rot, wo das sicher "
        "ist, grau, wo nicht. Lücken: kein Gesicht. Striche: Schnitte."
    ),
    "clip_said": "Gesicht {number} P(Fälschung) {percent}",
    "clip_alt": "Das Bild bei {time}, um jedes beurteilte Gesicht ein nummerierter Rahmen.",
    "clip_worst": "Der auffälligste Moment jedes Gesichts",
    "clip_worst_of": "Gesicht {number}, bei {time}: {headline}",
    "clip_table": "Die Gesichter dieses Videos",
    "clip_heads": ("Gesicht", "Von", "Bis", "Urteil", "P(Fälschung)", "Höchste bei", "Bilder"),
    "clip_error_title": "Dieses Video kann nicht beurteilt werden",
    "clip_errors": {
        "wrong_type": "Das ist kein Video. Bitte eine Videodatei senden.",
        "file_unreadable": "Die Datei lässt sich nicht lesen. Bitte noch einmal senden.",
        "no_files": "Bitte zuerst ein Video wählen.",
        "empty": "Die Datei ist leer. Bitte ein Video als MP4, MOV oder WebM senden.",
        "not_a_video": (
            "Diese Datei ist kein lesbares Video. Bitte MP4, MOV, WebM, MKV oder AVI senden."
        ),
        "no_picture_track": "Diese Datei hat nur Ton. Bitte ein Video mit Bild senden.",
        "damaged": "Das Video ist beschädigt oder unvollständig. Bitte das Original senden.",
        "codec_not_supported": (
            "So kodierte Videos werden hier nicht gelesen. Bitte als H.264, H.265, VP8, VP9 oder "
            "AV1 speichern."
        ),
        "too_many_bytes": "Die Datei ist zu groß. Bitte die wichtige Stelle herausschneiden.",
        "too_long": "Das Video ist zu lang. Bitte die wichtige Stelle herausschneiden.",
        "too_many_pixels": "Das Bild ist zu groß (höchstens 9 Megapixel). Bitte verkleinern.",
        "too_small": "Das Bild ist zu klein (mindestens 64x64). Bitte das Original senden.",
        "busy": "Zu viele Videos warten. Bitte in einigen Minuten noch einmal versuchen.",
        "too_many_requests": "Zu viel in kurzer Zeit. Bitte eine Minute warten.",
    },
    # Fuß
    "as_json": "Ergebnis als JSON",
}
