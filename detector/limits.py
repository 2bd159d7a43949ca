"""Every bound on what a visitor may send, each with its reason; nothing else here.

The ratio of a photo's sides is bound by `MIN_SIDE` and `MAX_PIXELS`, and needs no limit of its own.
"""

MAX_BYTES = 30 * 2**20  # of a photo's file: above any phone's; a fetched address sends no more
MAX_PIXELS = 80_000_000  # 320 MB decoded; above any full-frame camera
MIN_SIDE = 64  # pixels; below this no face keeps the traces that are looked for

# Of an animation, or a file of several pages. A frame of an animation needs those before it.
MAX_FRAMES = 8  # judged, and of them the most fake decides; each takes as long as a photo
MAX_FRAME_PIXELS = 3 * MAX_PIXELS  # decoded, one frame after the other: about 5 CPU seconds

# Pillow's parsers go wherever a file points, in circles too, and on for as long as it says. A photo
# of 80 megapixels is read once, in 1.5 CPU seconds; a 1 MB JPEG can ask for minutes, and a TIFF
# whose entries all point at the same place for 100 times its size.
MAX_READS = 8  # times the size of the file; of a sound TIFF, Pillow reads some entries 3 times
MAX_READ_SECONDS = 5  # of one CPU
MAX_PROFILE = 2**22  # bytes: twice what colour profiles for print have; a larger one is not used
MAX_EXIF = 2**16  # bytes: what a JPEG segment holds; of more, by the same trick, nothing is read

MAX_PHOTOS = 50  # judged at once: a visitor waits seconds for them
MAX_UPLOAD = 200 * 2**20  # bytes of one file: a zip of `MAX_PHOTOS` phone photos
MAX_DIRECTORY = 2**20  # bytes of a zip's list of members, 10,000 of them; read before all else
MAX_NAME = 255  # characters of a file's name, as in file systems; a zip allows 65,535
MAX_ADDRESS = 2000  # characters of a web address in a link to the page; browsers take few more

# Of a clip. What decodes it is a process of its own, and these bind that process; `detector.video`.
MAX_CLIP_BYTES = 100 * 2**20  # read as a whole, packet by packet, before a frame is decoded
MAX_CLIP_SECONDS = 300  # of presentation
MAX_CLIP_FRAMES = 120 * MAX_CLIP_SECONDS  # twice what 60 frames a second have
MAX_CLIP_PIXELS = 9_000_000  # of a frame: 4K of cinemas has 8.8 million
MAX_CLIP_MEMORY = 2**30  # bytes of address space; H.265 of 4096x2160 and 10 bits took 0.44 GB
MAX_CLIP_CPU = 60  # seconds that are spent decoding ...
MAX_CLIP_WALL = 90  # ... and that pass until there is a verdict, on what was seen by then
MAX_CLIP_DECODED = 3_000_000_000  # pixels decoded in order, as 48 s of 1080p have; else key frames
MAX_CLIPS_WAITING = 10  # at the page, where one is judged at a time; the last waits for minutes
