"""A submission's pictures: only pixels survive, within limits."""

import io
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from kireji.sanitise.images import LARGEST_SIDE, PictureError, is_plain, reencode, size

pytestmark = pytest.mark.filterwarnings("error")


def encoded(picture: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **how)
    return buffer.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be enormous."""

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def test_only_pixels_survive():
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", "<script>")
    data = encoded(Image.new("RGB", (30, 20), "teal"), pnginfo=told) + b"<script>appended</script>"
    clean = reencode(data)
    assert b"script" not in clean
    assert Image.open(io.BytesIO(clean)).getpixel((5, 5)) == (0, 128, 128)
    assert size(clean) == (30, 20)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_becomes_plain(mode):
    assert Image.open(io.BytesIO(reencode(encoded(Image.new(mode, (8, 8)))))).mode == "RGB"


def test_sixteen_bits_keep_their_brightness():
    picture = Image.new("I;16", (4, 4), 0x8000)
    assert Image.open(io.BytesIO(reencode(encoded(picture)))).getpixel((0, 0)) == (128, 128, 128)


def test_transparency_becomes_white_for_dark_pages():
    assert Image.open(
        io.BytesIO(reencode(encoded(Image.new("RGBA", (4, 4), (0, 0, 0, 0)))))
    ).getpixel((0, 0)) == (255, 255, 255)


def test_an_animation_becomes_its_first_frame():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "green")]
    clean = Image.open(
        io.BytesIO(reencode(encoded(frames[0], save_all=True, append_images=frames[1:])))
    )
    assert clean.getpixel((0, 0)) == (255, 0, 0)
    assert getattr(clean, "n_frames", 1) == 1


def test_a_jpeg_becomes_a_png():
    assert reencode(encoded(Image.new("RGB", (64, 64), "navy"), "JPEG")).startswith(b"\x89PNG")


def test_large_pictures_shrink():
    assert max(size(reencode(encoded(Image.new("RGB", (4000, 3000)))))) == LARGEST_SIDE
    noise = Image.effect_noise((1500, 1500), 90)
    assert len(reencode(encoded(noise))) <= 1_500_000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x89PNG\r\n\x1a\n",
        bytes(1000),
        encoded(Image.new("RGB", (9, 9)), "GIF"),
        encoded(Image.new("RGB", (9, 9)))[:45],
        bomb(10, 0),
    ],
)
def test_anything_else_is_refused_with_a_sentence(data):
    with pytest.raises(PictureError, match="not a readable PNG or JPEG"):
        reencode(data)


@pytest.mark.parametrize(
    "sides", [(5000, 5000), (30_000, 30_000), (12_000, 12_000), (2**31 - 1, 2**31 - 1)]
)
def test_bombs_are_refused_before_they_are_decoded(sides):
    with pytest.raises(PictureError):
        reencode(bomb(*sides))


def test_files_beyond_the_limit_are_not_opened():
    with pytest.raises(PictureError, match=r"9\.0 MB is not shown; the limit is 8 MB"):
        reencode(bytes(9_000_000))


def test_a_picture_drawn_anew_is_known_again():
    clean = reencode(encoded(Image.effect_noise((300, 200), 90)))
    assert is_plain(clean)
    with_comment = clean[:33] + chunk(b"tEXt", b"Comment\0<script>") + clean[33:]
    for other in (
        b"",
        clean[:-1],
        clean + b"<script>",
        with_comment,
        clean[:-20] + bytes([clean[-20] ^ 1]) + clean[-19:],
        encoded(Image.new("RGBA", (9, 9))),
        encoded(Image.new("RGB", (LARGEST_SIDE + 1, 9))),
        bomb(10_000, 10_000),
        encoded(Image.new("RGB", (9, 9)), "JPEG"),
    ):
        assert not is_plain(other)
