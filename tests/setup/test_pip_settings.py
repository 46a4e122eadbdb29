"""uv looks where pip was told to look, unless uv was told something itself."""

import subprocess
import sys

from kireji.setup.pip_settings import for_uv, parse

LISTING = """\
:env:.cert='/etc/corporate.pem'
:env:.find-links='/wheels  /more'
global.cert='/etc/other.pem'
global.extra-index-url='\\nhttps://a.example/simple\\nhttps://b.example/simple'
global.index-url='https://mirror.example/simple'
install.index-url='https://user:secret=1@mirror.example/install'
list.format='columns'
"""


def test_the_strongest_section_wins_as_in_pip():
    assert parse(LISTING) == {
        "cert": "/etc/corporate.pem",
        "find-links": "/wheels  /more",
        "extra-index-url": "\nhttps://a.example/simple\nhttps://b.example/simple",
        "index-url": "https://user:secret=1@mirror.example/install",
    }


def test_what_pip_really_prints_can_be_read(tmp_path):
    config = tmp_path / "pip.conf"
    config.write_text(
        "[global]\nextra-index-url =\n  https://a.example/simple\n "
        " https://b.example/simple\nno-index = true\n"
    )
    clean = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "PIP_CONFIG_FILE": str(config),
        "PIP_PROXY": "http://p:3",
    }
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        env=clean,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    settings = parse(listing)
    assert settings["extra-index-url"].split() == [
        "https://a.example/simple",
        "https://b.example/simple",
    ]
    arguments, environment = for_uv(settings, {})
    assert arguments == ["--no-index"]
    assert environment["HTTPS_PROXY"] == "http://p:3"


def test_indexes_wheels_and_certificate_are_handed_on():
    arguments, settings = for_uv(parse(LISTING), {})
    assert arguments == []
    assert settings == {
        "SSL_CERT_FILE": "/etc/corporate.pem",
        "UV_DEFAULT_INDEX": "https://user:secret=1@mirror.example/install",
        "UV_INDEX": "https://a.example/simple https://b.example/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": "/wheels,/more",
    }


def test_what_is_set_for_uv_itself_stays():
    _, settings = for_uv(
        parse(LISTING), {"UV_INDEX_URL": "https://uv.example/simple", "SSL_CERT_FILE": "/mine.pem"}
    )
    assert settings == {}
