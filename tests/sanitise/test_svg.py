"""SVG of a submission: shown as pixels, whatever it refers to, and within limits."""

import base64
import io
import resource

import matplotlib.figure
import pytest
from nbformat import v4
from PIL import Image

from kireji.sanitise import rasterise
from kireji.sanitise.images import PictureError, is_plain
from kireji.sanitise.outputs import Allowance, sanitise_attachments, sanitise_notebook
from kireji.sanitise.svg import MAX_ELEMENTS, draw_svg

OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def svg(body: str, width: int = 40, height: int = 30) -> str:
    return f'{OPEN} width="{width}" height="{height}">{body}</svg>'


def drawn(text: str) -> Image.Image:
    return Image.open(io.BytesIO(draw_svg(text))).convert("RGB")


def colours(picture: Image.Image) -> set:
    return {colour for _, colour in picture.getcolors(1_000_000)}


def test_a_figure_of_matplotlib_shows_its_map_and_its_words():
    figure = matplotlib.figure.Figure()
    axes = figure.subplots()
    axes.imshow([[0.0, 1.0]], cmap="gray")
    axes.set_title("alignment", color="red")
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg")
    notebook = v4.new_notebook(
        cells=[
            v4.new_code_cell(
                outputs=[
                    v4.new_output(
                        "display_data",
                        data={
                            "image/svg+xml": buffer.getvalue(),
                            "text/plain": "<Figure size 640x480 with 1 Axes>",
                        },
                    )
                ]
            )
        ]
    )
    assert sanitise_notebook(notebook) == []
    (output,) = notebook.cells[0].outputs
    assert set(output.data) == {"image/png", "text/plain"}
    png = base64.b64decode(output.data["image/png"])
    picture = Image.open(io.BytesIO(png))
    assert is_plain(png)
    assert picture.width > 600
    assert {(0, 0, 0), (255, 255, 255), (255, 0, 0)} <= colours(picture)


def test_text_is_drawn_with_a_font():
    assert (0, 0, 0) in colours(drawn(svg('<text x="2" y="20">I</text>')))


def test_a_pasted_drawing_is_shown():
    kept = sanitise_attachments({"a.svg": {"image/svg+xml": svg("<g/>")}}, Allowance())
    assert is_plain(base64.b64decode(kept["a.svg"]["image/png"]))


@pytest.mark.parametrize("attribute", ["href", "xlink:href"])
@pytest.mark.parametrize("prefix", ["", "file://"])
def test_no_file_of_the_machine_is_drawn(tmp_path, attribute, prefix):
    secret = tmp_path / "secret.png"
    Image.new("RGB", (40, 30), "red").save(secret)
    inside = f'<image {attribute}="{prefix}{secret}" width="40" height="30"/>'
    assert colours(drawn(svg(inside))) == {(255, 255, 255)}
    nested = base64.b64encode(svg(inside).encode()).decode()
    hidden = f'<image {attribute}="data:image/svg+xml;base64,{nested}" width="40" height="30"/>'
    assert colours(drawn(svg(hidden))) == {(255, 255, 255)}


def test_an_embedded_picture_is_drawn():
    buffer = io.BytesIO()
    Image.new("RGB", (4, 3), "red").save(buffer, "PNG")
    encoded = base64.b64encode(buffer.getvalue()).decode()
    body = f'<image href="data:image/png;base64,{encoded}" width="40" height="30"/>'
    assert colours(drawn(svg(body))) == {(255, 0, 0)}


def test_scripts_and_pages_inside_are_left_out():
    body = "<script>alert(1)</script><foreignObject><p>no</p></foreignObject>"
    assert colours(drawn(svg(body + '<rect width="40" height="30" fill="blue"/>'))) == {(0, 0, 255)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<svg",
        "<html/>",
        svg("<g>" * 5_000 + "</g>" * 5_000),
        '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + svg("<text>&a;</text>"),
        '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + svg("<text>&b;</text>"),
        svg("<g/>" * (MAX_ELEMENTS + 1)),
        svg("", 10**9, 10**9),
        svg("x" * 5_000_000),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_sentence(text):
    with pytest.raises(PictureError, match="^An SVG picture .*is not shown"):
        draw_svg(text)


def test_a_drawing_that_takes_for_ever_is_given_up():
    blur = '<filter id="f"><feTurbulence numOctaves="99"/>'
    blur += '<feGaussianBlur stdDeviation="500"/></filter>'
    body = blur + '<rect width="3000" height="3000" filter="url(#f)"/>' * 400
    with pytest.raises(PictureError, match="takes too long"):
        draw_svg(svg(body, 3000, 3000))


def test_one_doubling_reference_after_another_is_given_up():
    uses = "".join(
        f'<g id="g{n}"><use href="#g{n - 1}"/><use href="#g{n - 1}"/></g>' for n in range(1, 40)
    )
    with pytest.raises(PictureError):
        draw_svg(svg(f'<g id="g0"><rect width="9" height="9"/></g>{uses}'))


def test_the_drawing_process_has_limits_of_its_own(monkeypatch):
    limits = {}
    monkeypatch.setattr(resource, "setrlimit", lambda what, value: limits.update({what: value}))
    rasterise.limit_this_process()
    assert limits[resource.RLIMIT_CPU][0] <= rasterise.COMPUTING_SECONDS
    assert limits[resource.RLIMIT_AS][0] <= rasterise.MEMORY
    assert limits[resource.RLIMIT_FSIZE][0] == 0
