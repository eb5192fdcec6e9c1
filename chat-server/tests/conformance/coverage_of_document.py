"""Whether a server has said all that it can say while the tests ran, but for what cannot be brought about from outside."""

import document
from client import SEEN

BEYOND_REACH = {
    "OUTCOME_UNKNOWN": "a disk has to fail",
    "INTERNAL": "there has to be a defect",
    "TOO_SLOW": "it is told to who reads nothing, if it can be",
    "TLS_REQUIRED": "the peer has to be on another machine",
    "STORAGE_FAILED": "a disk has to fail",
}


def expected():
    codes = set(document.CODES) - set(BEYOND_REACH)
    frames = {name for kind, name in document.frame_kinds().items() if kind > 0x80}
    entries = {("entry", name) for name in document.entry_kinds().values()}
    return codes | frames | entries


def is_complete():
    missing = sorted(map(str, expected() - SEEN))
    if missing:
        print("\nNever said by the server while the tests ran:", ", ".join(missing))
    return not missing
