"""Section 2, from many at once: frames that are begun and never ended hold little, and end in time."""

import resource

import document
from case import Case

PEERS = 1_000
# A socket for each; in TLS also the file of its keys, by whoever writes it and whoever reads it.
FILES = 3 * PEERS + 200
# What a peer costs that has said half a frame: that half, what TLS keeps of a connection, and the connection itself.
HELD_BYTES = 64 * 1024

LIMIT = document.LIMITS["FRAME_BYTES_BEFORE_LOGIN"]
LENGTH = LIMIT.to_bytes(4, "big")
HALVES = (LENGTH[:3], LENGTH, LENGTH + bytes(1), LENGTH + bytes(LIMIT - 1))


class HalfFrames(Case):
    SETTINGS = {
        "strangers": str(2 * PEERS),
        "drop-from": str(2 * PEERS),
        "login-timeout": "2m",
        # So long that the first is still there when the last comes.
        "frame-timeout": "20s",
    }

    def setUp(self):
        super().setUp()
        usual, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        if 0 <= usual < FILES:
            resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, most))

    def test_a_thousand_half_frames_hold_little_and_are_timed_out_and_nobody_else_notices(self):
        with self.others_unaffected():
            before = self.server.resident_bytes()
            strangers = [self.connect() for _ in range(PEERS)]
            for number, stranger in enumerate(strangers):
                stranger.connection.write(HALVES[number % len(HALVES)])
            self.assert_lives(self.person("newcomer"))
            held = self.server.resident_bytes() - before
            self.assertLess(held, PEERS * HELD_BYTES)
            for stranger in strangers:
                self.assert_ends(stranger, "TIMED_OUT")
