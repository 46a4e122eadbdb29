"""From an installer's output to one sentence that says what to do."""

import re

AGAIN = "then run the same command again: it goes on where it stopped"
NO_SPACE = f"The disk is full; free some space (about 2 GB), {AGAIN}."

SIGNS = {
    NO_SPACE: r"No space left on device|Errno 28\b|os error 28\b|Disk quota exceeded",
    (
        f"The package index shows a certificate that is not trusted here; set PIP_CERT to the file "
        f"with your organisation's certificates, {AGAIN}."
    ): (r"CERTIFICATE_VERIFY_FAILED|invalid peer certificate"),
    (
        f"The package index cannot be reached; check the network connection (and the proxy, if "
        f"there is one), {AGAIN}."
    ): (
        r"NewConnectionError|ConnectTimeoutError|ReadTimeoutError|ProxyError|Connection"
        r" (?:refused|reset|aborted|broken)"
        r"|Max retries exceeded|Name or service not known|Temporary failure in name"
        r" resolution|nodename nor servname"
        r"|Network is unreachable|No route to host|dns error|error sending request|timed out"
    ),
}
WANTED = re.compile(
    r"No matching distribution found for (\S+)|there is no version of (\S+)|(\S+) has no wheels"
    r" with"
)


def cause(output: str) -> str | None:
    """The sentence on what is wrong with this machine or its network, if that is what the output
    tells."""
    return next(
        (sentence for sentence, sign in SIGNS.items() if re.search(sign, output, re.IGNORECASE)),
        None,
    )


def explain(output: str, log: str = "var/setup.log") -> str:
    """Why pip or uv failed, judged by what they printed, all of which is in `log`."""
    if sentence := cause(output):
        return sentence
    told = f"the whole log is {log}"
    if wanted := WANTED.search(output):
        package = next(filter(None, wanted.groups()))
        return f"The package index has no {package} for this Python and this machine; {told}."
    return (
        f"Set-up stopped at something it does not know ({last_words(output) or 'without a word'});"
        f" {told}."
    )


def last_words(output: str) -> str:
    """The last line that is not empty."""
    return next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "")
