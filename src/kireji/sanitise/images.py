"""A submission's pictures, drawn anew: decoded within limits and written as plain PNG, so that only
pixels remain.

What a browser of ours shows was made by this encoder; metadata, animation, odd chunks and trailing
bytes are gone.
"""

import io
import warnings
import zlib

from PIL import Image, ImageOps

MAX_BYTES = 8_000_000  # of the file as it came
MAX_PIXELS = 16_000_000  # of the picture as it came: 64 MB decoded
LARGEST_SIDE = 1600  # of the picture as it leaves
MAX_BYTES_OUT = 1_500_000  # of the file as it leaves; noise is shrunk until it fits
# 8 bits a sample, RGB, the one compression and filter method, not interlaced
PLAIN_HEADER = bytes([8, 2, 0, 0, 0])


class PictureError(Exception):
    """Why a picture is not shown, as a sentence for its author."""


def reencode(data: bytes) -> bytes:
    """The first frame of a PNG or JPEG as a plain opaque PNG of at most 1600 pixels a side, without
    metadata.

    Raises PictureError, with a sentence, for anything else."""
    if len(data) > MAX_BYTES:
        raise PictureError(
            f"A picture of {len(data) / 1e6:.1f} MB is not shown; "
            f"the limit is {MAX_BYTES / 1e6:.0f} MB."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as picture:
                width, height = picture.size
                if width * height <= MAX_PIXELS:
                    return _plain(picture)
    # Decoders raise nearly anything on damaged input (OSError, ValueError, SyntaxError,
    # struct.error, ...).
    except Exception as error:
        raise PictureError("A picture is not shown: it is not a readable PNG or JPEG.") from error
    raise PictureError(
        f"A picture of {width} x {height} pixels is not shown; "
        f"the limit is {MAX_PIXELS // 1_000_000} million pixels."
    )


def is_plain(png: bytes) -> bool:
    """Whether these are the bytes of a picture as `reencode` writes it: opaque, of limited size,
    with sound chunks of pixels and none of anything else. It need not be decoded again."""
    width, height = size(png)
    small = 0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE
    if not small or len(png) > MAX_BYTES_OUT or png[24:29] != PLAIN_HEADER:
        return False
    at, kinds = 8, []
    while at + 12 <= len(png):
        end = at + 12 + int.from_bytes(png[at : at + 4])
        body, check = png[at + 4 : end - 4], png[end - 4 : end]
        if end > len(png) or zlib.crc32(body).to_bytes(4) != check:
            return False
        kinds.append(body[:4])
        at = end
    pixels = set(kinds[1:-1]) == {b"IDAT"}
    return at == len(png) and pixels and (kinds[0], kinds[-1]) == (b"IHDR", b"IEND")


def size(png: bytes) -> tuple[int, int]:
    """Width and height of one of our own PNGs, from its header; (0, 0) if it is none."""
    if png[:8] != b"\x89PNG\r\n\x1a\n" or png[12:16] != b"IHDR":
        return 0, 0
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


def _plain(picture: Image.Image) -> bytes:
    picture.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))  # a large JPEG need not be decoded in full
    picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I"):  # 16 bits a pixel: keep the upper eight
        picture = picture.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    # Pages have a dark mode: transparency becomes the white that the figure was drawn for.
    layer = picture.convert("RGBA")
    plain = Image.new("RGB", layer.size, "white")
    plain.paste(layer, mask=layer.getchannel("A"))
    side = LARGEST_SIDE
    while True:
        plain.thumbnail((side, side))
        buffer = io.BytesIO()
        plain.save(buffer, "PNG")
        if buffer.tell() <= MAX_BYTES_OUT or side < 200:
            return buffer.getvalue()
        side = side * 2 // 3
