"""What the tests share: servers that are started once, people with names of their own, and refusals by their code."""

import atexit
import contextlib
import itertools
import os
import signal
import unittest
from dataclasses import dataclass
from pathlib import Path

from client import Refused, Session
from server import Server
from tls import Tls
from transport import Connection

TEST_SECONDS = 180

# Nothing that a test does is to wait for its turn. What these settings limit, test_limits sets for itself.
UNHURRIED = {
    "posts": "10000/s burst 10000",
    "post-bytes": "100 MiB/s burst 100 MiB",
    "room-posts": "10000/s burst 10000",
    "pages": "10000/s burst 10000",
    "requests": "10000/s burst 10000",
    "creates": "10000/h",
    "guesses": "10000/min",
    "guesses-lasting": "10000/h",
    "guesses-total": "10000/min",
}


@dataclass
class Run:
    """In which way the tests run."""

    binary: str = os.environ.get("CONFORMANCE_SERVER") or str(
        Path(__file__).resolve().parents[3] / "target/debug/chat-server"
    )
    storage: str = os.environ.get("CONFORMANCE_STORAGE", "memory")
    pace: str = os.environ.get("CONFORMANCE_PACE", "whole")
    channel: str = os.environ.get("CONFORMANCE_CHANNEL", "plain")


RUN = Run()
SERVERS = {}
NUMBERS = itertools.count(1)


def shared_server(settings, storage=None):
    """The server with these settings, started by whoever needs it first."""
    key = (storage or RUN.storage, *settings.items())
    if key not in SERVERS:
        SERVERS[key] = new_server(settings, key[0])
    return SERVERS[key]


def new_server(settings, storage=None):
    return Server(RUN.binary, storage or RUN.storage, UNHURRIED | settings)


@atexit.register
def stop_servers():
    """Ends them all. What was wrong with any of them."""
    wrong = []
    while SERVERS:
        wrong.append(SERVERS.popitem()[1].stop())
    return [log for log in wrong if log is not None]


class Case(unittest.TestCase):
    """One test. It ends by itself, whatever the server does."""

    SETTINGS = {}

    def setUp(self):
        signal.signal(signal.SIGALRM, self.take_too_long)
        signal.alarm(TEST_SECONDS)
        self.addCleanup(signal.alarm, 0)
        self.server = shared_server(self.SETTINGS)

    def take_too_long(self, *_):
        raise TimeoutError(f"{self.id()} took more than {TEST_SECONDS} s")

    # People

    def connect(self, pace=None):
        channel = Tls() if RUN.channel == "tls" else None
        session = Session(Connection(self.server.address, pace or RUN.pace, channel))
        self.addCleanup(session.close)
        return session

    def name(self, name):
        """One that nobody has."""
        return f"{name}{next(NUMBERS)}"

    def person(self, name, **who):
        return self.connect().greet(self.name(name), **who)

    def again(self, session, **who):
        """Another session of the same person."""
        return self.connect().greet(session.name.decode(), key=session.key, **who)

    def room_of(self, *names, **fields):
        """A room, as each of these people sees it who are in it."""
        opened, *others = [self.person(name) for name in names]
        room = opened.create(**fields)
        views = [room, *(other.join(room.code) for other in others)]
        return [view.wait_for(views[-1].cursor) for view in views]

    # Claims

    def refused(self, code, ask, /, *args, **fields):
        """Asking so is refused with this code; the refusal."""
        try:
            answer = ask(*args, **fields)
        except Refused as refusal:
            self.assertEqual(refusal.code, code, refusal.text)
            return refusal
        raise self.failureException(f"not refused with {code} but answered: {answer}")

    def assert_lives(self, session):
        self.assertIsNotNone(session.ask("Ping").server_time)

    def assert_ends(self, session, code=None):
        """The connection ends, after a refusal with this code, if there is one."""
        last_words = session.until_end()
        self.assertEqual(last_words and last_words.code, code)
        return last_words

    @contextlib.contextmanager
    def others_unaffected(self):
        """Two people who speak with each other notice nothing of what happens meanwhile."""
        mine, theirs = self.room_of("ina", "otto")
        members = len(theirs.members)
        mine.say("before")
        yield
        theirs.wait_for(mine.say("after").seq)
        self.assertEqual(theirs.texts(), ["before", "after"])
        self.assertEqual(len(theirs.members), members)
        self.assertEqual(theirs.session.told("Refused") + mine.session.told("Refused"), [])
