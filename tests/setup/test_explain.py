"""What pip and uv really print when something is wrong becomes one sentence that says what to
do."""

import pytest

from kireji.setup.explain import NO_SPACE, cause, explain

# Copied from runs of pip 23.2 and uv 0.9.30.
REFUSED_PIP = """\
WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by \
'NewConnectionError('<pip._vendor.urllib3.connection.HTTPConnection object at 0x7ff380f7e910>: Failed to establish a \
new connection: [Errno 111] Connection refused')': /simple/foo/
ERROR: Could not find a version that satisfies the requirement foo==1 (from versions: none)
ERROR: No matching distribution found for foo==1
"""
NO_NAME_UV = """\
error: Failed to fetch: `https://mirror.example/simple/foo/`
  Caused by: error sending request for url (https://mirror.example/simple/foo/)
  Caused by: client error (Connect)
  Caused by: dns error
  Caused by: failed to lookup address information: Name or service not known
"""
FULL_PIP = (
    "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n"
)
ABSENT_PIP = """\
ERROR: Could not find a version that satisfies the requirement torch==2.13.0 (from versions: 2.14.0)
ERROR: No matching distribution found for torch==2.13.0
"""
ABSENT_UV = """\
  × No solution found when resolving dependencies:
  ╰─▶ Because there is no version of six==99 and you require six==99, we can
      conclude that your requirements are unsatisfiable.
"""


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (REFUSED_PIP, "The package index cannot be reached; check the network"),
        (NO_NAME_UV, "The package index cannot be reached; check the network"),
        (FULL_PIP, "The disk is full"),
        ("error: failed to write: Disk quota exceeded (os error 122)", "The disk is full"),
        (
            (
                "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate"
                " verify failed"
            ),
            "set PIP_CERT",
        ),
        (ABSENT_PIP, "has no torch==2.13.0 for this Python"),
        (ABSENT_UV, "has no six==99 for this Python"),
        ("one\nsegmentation fault\n\n", "(segmentation fault)"),
        ("", "(without a word)"),
    ],
)
def test_the_sentence_names_the_cause(output, words):
    sentence = explain(output)
    assert words in sentence
    assert sentence.endswith(".") and "\n" not in sentence


def test_only_what_no_other_installer_can_help_is_a_cause():
    assert cause(FULL_PIP) == NO_SPACE
    assert cause(ABSENT_PIP) is None
