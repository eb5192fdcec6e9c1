"""The protocol, held against docs/protocol.md from outside: python3 chat-server/tests/conformance/run.py

Needs PyNaCl (Debian: python3-nacl) and a server: target/debug/chat-server, or --server PATH. Runs everything four
times, so that any two of these meet: rooms in memory and on disk, bytes in one piece and one at a time, plain and in
TLS. Names of tests (test_posts, test_posts.Ids) run those alone.
"""

import argparse
import itertools
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import case  # noqa: E402
import coverage_of_document  # noqa: E402

STORAGE, PACE, CHANNEL = ("memory", "disk"), ("whole", "bytes"), ("plain", "tls")
WAYS = [
    ("memory", "whole", "plain"),
    ("disk", "bytes", "plain"),
    ("memory", "bytes", "tls"),
    ("disk", "whole", "tls"),
]


def main():
    arguments = parsed_arguments()
    case.RUN.binary = arguments.server or case.RUN.binary
    passed = all([passes(*way, arguments.tests) for way in chosen_ways(arguments)])
    if passed and not arguments.tests:
        passed = coverage_of_document.is_complete()
    for log in case.stop_servers():
        passed = False
        print(f"\nA server did not end well:\n{log}")
    sys.exit(not passed)


def parsed_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", metavar="PATH")
    parser.add_argument("--storage", choices=STORAGE)
    parser.add_argument("--pace", choices=PACE)
    parser.add_argument("--channel", choices=CHANNEL)
    parser.add_argument("tests", nargs="*")
    return parser.parse_args()


def chosen_ways(arguments):
    """Those that were asked for, or the four."""
    asked = (arguments.storage, arguments.pace, arguments.channel)
    if asked == (None, None, None):
        return WAYS
    everything = (STORAGE, PACE, CHANNEL)
    return itertools.product(*([one] if one else all for one, all in zip(asked, everything)))


def passes(storage, pace, channel, tests):
    case.RUN.storage, case.RUN.pace, case.RUN.channel = storage, pace, channel
    print(f"\n-- {storage}, {pace}, {channel}", flush=True)
    loader = unittest.defaultTestLoader
    suite = loader.loadTestsFromNames(tests) if tests else loader.discover(str(HERE))
    result = unittest.TextTestRunner(stream=sys.stdout).run(suite)
    return result.wasSuccessful() and result.testsRun > 0


if __name__ == "__main__":
    main()
