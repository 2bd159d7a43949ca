"""The page in Spanish."""

TEXTS = {
    "language": "es",
    "language_name": "Español",
    "title": "¿Es real esta foto de una cara, o es un deepfake?",
    "login_in_frame": (
        'Dentro de un marco, algunos navegadores olvidan el acceso. <a href="{address}" '
        'target="_blank" rel="noopener">Abra la página</a> si este formulario vuelve a aparecer.'
    ),
    "introduction": "Arrastre, pegue o tome una foto. Es una segunda opinión, no una prueba.",
    "tab_one": "Una foto",
    "tab_many": "Muchas fotos",
    "tab_clip": "Un vídeo",
    "percent": "{}\u00a0%",
    "decimal_point": ",",
    "thousands": ".",
    # La respuesta
    "answer_empty": "Aquí aparecerá la respuesta: real o falsa, con qué seguridad y por qué.",
    "labels": {"Real": "Real", "Fake": "Falsa"},
    "headlines": {
        "strong": "Falsa: señales claras de falsificación",
        "some": "Algunas señales de falsificación",
        "none": "Real: no se hallaron señales de falsificación",
        "unknown": "No se puede saber",
    },
    "sure": "{label}, con un {percent} de seguridad",
    "leaning": "Más bien {label}, {percent}: demasiado poco para fiarse",
    "limit_of": {
        "strong": "No es una prueba. Los filtros y retoques fuertes pueden parecer lo mismo.",
        "some": "Demasiado poco para acusar: algunas fotos auténticas se ven así.",
        "none": "No es una prueba. Las falsificaciones de otro tipo pueden pasar.",
        "unknown": "No es señal de falsificación. Muchas fotos auténticas acaban así.",
    },
    "what_means": "¿Qué significa esto?",
    "calibrated_meaning": (
        "De 1000 respuestas tan seguras, unas {right} son correctas, en fotos como las de prueba."
    ),
    "unsure_meaning": (
        "Las fotos de origen desconocido también reciben cifras altas por error. Por eso solo las "
        "más altas valen como respuesta."
    ),
    "inconclusive_meaning": (
        "Esta foto no da una respuesta fiable. Puede ayudar una copia más grande o el archivo "
        "original: la mensajería y las capturas de pantalla borran las huellas que se buscan."
    ),
    "limits": (
        "Aprendió de cambios de cara y de retratos generados de unos pocos tipos; otros pueden "
        "pasar. «Real» significa que no se hallaron señales, no que no las haya."
    ),
    "notes": {
        "no_face": "No se halló ninguna cara; se juzgó el centro de la imagen",
        "small_face": "La cara es demasiado pequeña para conservar las huellas que se buscan",
        "cut_face": "El borde de la imagen corta la cara",
        "low_confidence": "El modelo no está lo bastante seguro",
        "turned": "La foto está girada; la cara se juzgó derecha",
        "more_faces": "Hay más caras de las que se juzgan en una foto; faltan las más pequeñas",
        "more_frames": "Hay más fotogramas de los que se juzgaron",
        "clips_unproven": (
            "No se ha demostrado que el modelo sea lo bastante fiable en vídeos para decir «Real»"
        ),
        "flicker": "Algunos fotogramas sueltos parecen alterados, pero no los que están al lado",
        "nobody_seen": "No se vio ninguna cara",
        "short_appearances": "Ninguna cara estuvo a la vista lo suficiente para juzgarla",
        "cut_short": "El vídeo no se miró hasta el final: se acabó el tiempo, o está dañado",
        "key_frames": "El vídeo es largo; primero se miraron solo sus fotogramas clave",
        "hdr": "El vídeo tiene una gama de colores amplia que el modelo no conoce",
    },
    "errors": {
        "wrong_type": "Esto no es una foto. Envíe un archivo de imagen.",
        "file_unreadable": "El archivo no se puede leer. Envíelo otra vez.",
        "empty": "El archivo está vacío. Envíe una foto JPEG, PNG o WebP.",
        "not_a_photo": (
            "Este archivo no es una foto que se pueda leer. Envíe JPEG, PNG, WebP, AVIF o HEIC."
        ),
        "raw_file": "Es un archivo RAW o una vista previa. Expórtelo como JPEG.",
        "damaged": "La foto está dañada o incompleta. Envíe el original.",
        "too_many_bytes": "El archivo es demasiado grande. Guárdelo como JPEG y envíelo otra vez.",
        "too_many_pixels": "La foto tiene demasiados píxeles. Redúzcala y envíela otra vez.",
        "too_small": "La foto es demasiado pequeña (mínimo 64x64). Envíe el original.",
        "bad_archive": "El archivo zip está dañado o cifrado. Créelo de nuevo.",
        "too_many_files": "Son demasiadas fotos a la vez. Envíelas en grupos más pequeños.",
        "no_files": "Elija primero fotos o un archivo zip.",
        "address_invalid": (
            "Una dirección empieza por https:// o http:// y no lleva puerto ni contraseña."
        ),
        "address_private": "Esta dirección no está en la internet pública. Envíe el archivo.",
        "address_unreachable": (
            "En esta dirección no se encuentra ninguna foto. Revísela o envíe el archivo."
        ),
        "too_many_requests": "Demasiadas fotos en poco tiempo. Espere un minuto.",
        "address_too_slow": "La dirección responde demasiado despacio. Envíe el archivo.",
    },
    "error_title": "Esta foto no se puede juzgar",
    "several_faces": {
        "Real": "Cada una de las {count} caras parece auténtica.",
        "Real, inconclusive": "Ninguna de las {count} caras parece falsa, pero no es seguro.",
        "Fake": "Caras juzgadas falsas: {fakes} de {count}. Basta una para toda la foto.",
        "Fake, inconclusive": "Caras que parecen más bien falsas: {fakes} de {count}.",
    },
    "frame": "Decidió el fotograma {number}; se juzgaron {judged} de {count}.",
    "choose_hint": "Elija una cara para ver su respuesta.",
    "choose_face": "Cara {number}: {headline}. {confidence}",
    "face_title": "Cara {number}",
    "alt_overview": "La foto entera, con un marco numerado en cada una de las {count} caras.",
    "alt_face": "La cara que se juzgó.",
    "alt_one_of": "Cara {number} de {count}.",
    "alt_no_face": "El centro de la foto; no se halló ninguna cara.",
    "alt_heat": "Lo que más habló por esta respuesta: {place}.",
    "alt_cold": "Ninguna zona habló por esta respuesta.",
    "places": (
        ("arriba a la izquierda", "arriba en el centro", "arriba a la derecha"),
        ("a la izquierda", "en el centro", "a la derecha"),
        ("abajo a la izquierda", "abajo en el centro", "abajo a la derecha"),
    ),
    "scale_cold": "poco",
    "scale_hot": "lo que más habló por la respuesta",
    "heatmap": "Mapa de calor",
    "heatmap_caption": (
        "El mapa de calor (Grad-CAM) muestra, en zonas gruesas, dónde miró el modelo para esta "
        "respuesta. No muestra qué se cambió, y por sí solo no prueba nada."
    ),
    "report_link": "Avisar de un juicio erróneo (la foto no se envía)",
    "report_title": "Juicio erróneo: {label}",
    "report_body": (
        "Qué es la foto en realidad y de dónde viene (adjúntela solo si es suya):\n"
        "\n\nJuicio: {label}, P(falsa) {probability}\nNotas: {notes}\nCaras: {faces}\n"
        "Tamaño: {size}\nPesos: {weights}\n"
    ),
    # Cómo enviar una foto
    "photo": "Foto",
    "photo_place": "Suelte aquí una foto\no haga clic para elegirla",
    "face_crop": "La foto está recortada en torno a una cara",
    "face_crop_info": "Juzga solo la cara central, no otras que estén al lado.",
    "address": "o la dirección web de la foto",
    "fetch": "Traer",
    "ways": "Otras formas",
    "ways_note": "JPEG, PNG, WebP, AVIF o HEIC. Lo mejor es el original; lo peor, una captura.",
    "no_preview": "Este navegador no muestra el formato. La foto se leyó de todos modos.",
    "examples": "Ejemplos",
    "example_names": (
        "retrato auténtico",
        "retrato generado",
        "cara alterada",
        "dos personas, una alterada",
    ),
    "example_missed": "el modelo se equivoca",
    "example_unsure": "no está seguro",
    # Junto a la respuesta
    "facts_title": "Lo que el archivo dice de sí mismo",
    "facts_note": (
        "Son datos del propio archivo: se pierden y se falsean con facilidad, y no cuentan en el "
        "juicio."
    ),
    "fact_file": "Archivo",
    "fact_camera": "Cámara",
    "fact_software": "Programa",
    "fact_generator": "Nombre de un generador de IA",
    "fact_c2pa": "Credenciales de contenido (C2PA)",
    "fact_none": "sin datos",
    "c2pa_absent": "ninguna",
    "c2pa_present": "presentes",
    "c2pa_generated": "Dicen que un modelo generó esta imagen",
    "more": "Más sobre esta foto",
    "resend": "¿Resistiría el juicio un reenvío?",
    "resend_heads": ("Copia", "Juicio", "P(falsa)"),
    "resend_original": "como se envió",
    "resend_setting": "{side} px, JPEG {quality}",
    "resend_setting_twice": "{side} px, JPEG {quality}, dos veces",
    "resend_outcomes": {
        "stable": "Estable: todas las copias reciben el mismo juicio.",
        "weakens": "Se debilita: el juicio se mantiene, pero algunas copias quedan sin decidir.",
        "changes": "Cambia: algunas copias reciben el otro juicio. Juzgue el original.",
    },
    "resend_note": "La mensajería reduce y recomprime las fotos; aquí, de menos a más.",
    "explain": "Explicar más",
    "methods": {
        "Grad-CAM": "el mapa de arriba: rasgos por su peso",
        "Grad-CAM++": "hace justicia a varias zonas",
        "Score-CAM": "mide lo que aporta cada rasgo, sin gradientes",
        "SmoothGrad": "píxeles que cambiarían la respuesta, promediados con ruido",
    },
    "methods_wait": "En curso. La primera vez se carga TensorFlow: unos 15 segundos.",
    "methods_note": (
        "Donde los métodos coinciden, el modelo miró; donde no, no se fíe de ninguno."
    ),
    "alt_method": "La cara juzgada bajo el mapa de calor de {method}.",
    "keep": "Informe para descargar",
    "keep_files": "Informe: imagen y datos",
    "keep_weights": "Pesos",
    "keep_photo": "Foto",
    "with_photo": "Mostrar la foto en el informe",
    "copy": "Copiar como texto",
    "copied": "Copiado: {text}",
    "not_copied": "Este navegador no permite copiar. El texto: {text}",
    "share": "Compartir",
    "share_text": "{headline} ({confidence}). {limit} Juzgado por {address}",
    # Muchas fotos
    "face_crop_many": "Cada foto está recortada en torno a una cara",
    "files": "Hasta {count} fotos, o un zip con ellas",
    "judge_all": "Juzgar todas",
    "cancel": "Cancelar",
    "cancelled": "Cancelado. Lo juzgado antes se conserva.",
    "table_empty": "Aquí aparecerá la tabla.",
    "table_heads": ("Foto", "Archivo", "Juicio", "P(falsa)", "Caras", "Nota"),
    "table_show": "Mostrar",
    "table_open": "Abrir {file} en la primera pestaña",
    "table_kinds": {
        "all": "todas: {count}",
        "strong": "señales claras: {count}",
        "some": "algunas señales: {count}",
        "unknown": "no se puede saber: {count}",
        "none": "sin señales: {count}",
        "failed": "sin juzgar: {count}",
    },
    "table_progress": "{done} de {count} fotos juzgadas",
    "table_failed": "sin juzgar",
    "downloads": "CSV y JSON",
    # Un vídeo
    "clip_file": "Un vídeo de hasta {minutes} minutos y {megabytes} MB",
    "clip_note": (
        "MP4, MOV, WebM, MKV o AVI, mejor tal como se grabó. Se juzga la imagen, fotograma a "
        "fotograma; la voz y el movimiento de los labios no se comprueban."
    ),
    "clip_judge": "Juzgar el vídeo",
    "clip_stop": "Detener",
    "clip_stopped": "Detenido. Del vídeo no se guarda nada.",
    "clip_empty": "Aquí aparecerá la respuesta: qué cara, cuándo y con qué seguridad.",
    "clip_starting": "Leyendo el vídeo",
    "clip_waiting": "Vídeos por delante: {count}",
    "clip_progress": "Fotograma {done} de {count}",
    "clip_whom": (
        "Cara {number} de {count}, a la vista de {start} a {end}; lo más sospechoso, en {worst}."
    ),
    "clip_nobody": "Caras juzgadas: {count}. Ninguna parece más bien falsa.",
    "clip_looked": "Se miraron {judged} de {count} fotogramas.",
    "clip_unchecked": "La voz y el movimiento de los labios no se comprueban.",
    "clip_limit": {
        "strong": "No es una prueba. Filtros, compresión y retoques pueden parecer lo mismo.",
        "some": "Demasiado poco para acusar: algunos vídeos auténticos se ven así.",
        "none": "No es una prueba. Las falsificaciones de otro tipo pueden pasar.",
        "unknown": "No es señal de falsificación, ni de que el vídeo sea auténtico.",
    },
    "clip_timeline": "Cuándo",
    "clip_cut": "corte en",
    "clip_moment": "Momento del vídeo",
    "clip_legend": (
        "Una columna por fotograma mirado: cuanto más alta, más parece falso; roja donde es "
        "seguro, gris donde no. Huecos: ninguna cara. Líneas: cortes."
    ),
    "clip_said": "cara {number} P(falsa) {percent}",
    "clip_alt": "El fotograma en {time}, con un marco numerado en cada cara juzgada.",
    "clip_worst": "El momento más sospechoso de cada cara",
    "clip_worst_of": "Cara {number}, en {time}: {headline}",
    "clip_table": "Las caras de este vídeo",
    "clip_heads": ("Cara", "De", "A", "Juicio", "P(falsa)", "Peor en", "Fotogramas"),
    "clip_error_title": "Este vídeo no se puede juzgar",
    "clip_errors": {
        "wrong_type": "Esto no es un vídeo. Envíe un archivo de vídeo.",
        "file_unreadable": "El archivo no se puede leer. Envíelo otra vez.",
        "no_files": "Elija primero un vídeo.",
        "empty": "El archivo está vacío. Envíe un vídeo MP4, MOV o WebM.",
        "not_a_video": (
            "Este archivo no es un vídeo que se pueda leer. Envíe MP4, MOV, WebM, MKV o AVI."
        ),
        "no_picture_track": "El archivo solo tiene sonido. Envíe un vídeo con imagen.",
        "damaged": "El vídeo está dañado o incompleto. Envíe el original.",
        "codec_not_supported": (
            "Aquí no se leen vídeos con este códec. Guárdelo como H.264, H.265, VP8, VP9 o AV1."
        ),
        "too_many_bytes": "El archivo es demasiado grande. Recorte la parte que importa.",
        "too_long": "El vídeo es demasiado largo. Recorte la parte que importa.",
        "too_many_pixels": "La imagen es demasiado grande (máximo 9 megapíxeles). Redúzcala.",
        "too_small": "La imagen es demasiado pequeña (mínimo 64x64). Envíe el original.",
        "busy": "Hay demasiados vídeos en espera. Inténtelo dentro de unos minutos.",
        "too_many_requests": "Demasiado en poco tiempo. Espere un minuto.",
    },
    # Pie
    "as_json": "Resultado como JSON",
}
