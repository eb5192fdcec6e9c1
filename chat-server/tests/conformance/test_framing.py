"""Section 2: what is a frame, what follows when something is none, and that nobody else notices."""

import http.client
import random

import document
import wire
from case import RUN, Case
from transport import Ended

BEFORE = document.LIMITS["FRAME_BYTES_BEFORE_LOGIN"]
AFTER = document.LIMITS["FRAME_BYTES_FROM_CLIENT"]


def announced(length):
    return length.to_bytes(4, "big")


class Lengths(Case):
    def test_a_frame_over_the_limit_before_login_is_refused_with_the_limit(self):
        with self.others_unaffected():
            stranger = self.connect()
            stranger.connection.write(announced(BEFORE + 1))
            self.assertEqual(self.assert_ends(stranger, "FRAME_TOO_LARGE").detail, ("Max", BEFORE))

    def test_a_frame_over_the_limit_after_login_is_refused_with_the_limit(self):
        with self.others_unaffected():
            ann = self.person("ann")
            ann.connection.write(announced(AFTER + 1))
            self.assertEqual(self.assert_ends(ann, "FRAME_TOO_LARGE").detail, ("Max", AFTER))

    def test_a_frame_of_4_gib_is_refused_as_soon_as_its_length_is_read(self):
        for peer in (self.connect(), self.person("ann")):
            peer.connection.write(b"\xff\xff\xff\xff")
            self.assert_ends(peer, "FRAME_TOO_LARGE")

    def test_frames_of_exactly_the_limit_are_read(self):
        stranger = self.connect()
        request = stranger.send_raw(0x77, bytes(BEFORE - 6))
        self.refused("NOT_AUTHENTICATED", stranger.answer, request)
        ann = self.person("ann")
        request = ann.send_raw(900, bytes(AFTER - 6))
        self.assertEqual(self.refused("UNSUPPORTED", ann.answer, request).detail, ("Kind", 900))
        self.assert_lives(ann)

    def test_the_hundredth_empty_frame_ends_the_connection(self):
        with self.others_unaffected():
            ann = self.person("ann")
            ann.connection.write(announced(0) * 99)
            ann.until(lambda: len(ann.told("Refused")) == 99)
            self.assert_lives(ann)
            ann.connection.write(announced(0))
            self.assert_ends(ann, "EMPTY_FRAME")
            self.assertEqual({refusal.code for refusal in ann.told("Refused")}, {document.CODES["EMPTY_FRAME"]})

    def test_a_frame_too_short_for_request_and_kind_ends_the_connection(self):
        for length in (1, 5):
            with self.subTest(length=length), self.others_unaffected():
                ann = self.person("ann")
                ann.connection.write(announced(length) + bytes(length))
                self.assert_ends(ann, "BAD_FRAME")


class Bodies(Case):
    """Each is malformed in its own way; all of them end the connection, and nobody else's."""

    def assert_bad(self, kind, body):
        with self.others_unaffected():
            ann = self.person("ann")
            ann.send_raw(kind, bytes.fromhex(body))
            self.assertNotRegex(self.assert_ends(ann, "BAD_FRAME").text, "[(){}_]", "no sentence")

    def test_bytes_after_the_end_of_the_body(self):
        self.assert_bad(0x0A, "00")

    def test_a_body_that_ends_too_soon(self):
        self.assert_bad(0x06, "00" * 15)

    def test_a_number_with_a_marker_that_there_is_not(self):
        for marker in ("fe", "ff"):
            self.assert_bad(0x11, marker + "00" * 16 + "00")

    def test_a_number_that_does_not_fit_its_type(self):
        self.assert_bad(0x08, "00" * 16 + "00" + "05" + "fd0000000001000000")

    def test_a_variant_that_there_is_not(self):
        self.assert_bad(0x11, "0103")

    def test_an_optional_that_is_neither_there_nor_not(self):
        self.assert_bad(0x04, "04" + "41423344" + "00" + "02")

    def test_a_byte_string_that_claims_a_tebibyte(self):
        self.assert_bad(0x09, "fd0000000000010000")

    def test_a_byte_string_that_claims_the_greatest_number(self):
        self.assert_bad(0x09, "fdffffffffffffffff")

    def test_random_bytes_in_every_kind_are_answered_and_never_harm_others(self):
        chance = random.Random(7)
        with self.others_unaffected():
            for kind in sorted(wire.CLIENT_FRAMES):
                ann = self.person("ann")
                ann.send_raw(kind, chance.randbytes(40))
                try:
                    ann.settle()
                except Ended:
                    pass


class Numbers(Case):
    def test_a_number_in_a_longer_form_than_needed_is_taken(self):
        ann = self.person("ann")
        request = ann.send_raw(0x11, bytes.fromhex("fd" + ann.person.to_bytes(8, "little").hex() + "00"))
        self.refused("NOT_ALLOWED", ann.answer, request)

    def test_the_kind_of_a_server_s_frame_is_not_known_from_a_client(self):
        ann = self.person("ann")
        for kind in wire.SERVER_FRAMES:
            refusal = self.refused("UNSUPPORTED", ann.answer, ann.send_raw(kind, b""))
            self.assertEqual(refusal.detail, ("Kind", kind))
        self.assert_lives(ann)

    def test_a_kind_that_is_not_known_is_told_and_the_connection_lives(self):
        ann = self.person("ann")
        for kind in (0, 0x14, 900, 65535):
            refusal = self.refused("UNSUPPORTED", ann.answer, ann.send_raw(kind, b"\xff\xff"))
            self.assertEqual(refusal.detail, ("Kind", kind))
        self.assert_lives(ann)

    def test_any_number_but_0_is_a_request(self):
        ann = self.person("ann")
        for request in (2**32 - 1, 7, 2**31):
            ann.asked[request] = "Names"
            ann.connection.write(wire.frame(request, "Names", wire.Record()))
            self.assertEqual(len(ann.answer(request).names), 1)

    def test_many_requests_in_one_piece_are_all_answered_under_their_numbers(self):
        ann = self.person("ann")
        requests = {number: name for number, name in enumerate(["Ping", "Names"] * 50, start=1000)}
        ann.asked |= requests
        ann.connection.write(b"".join(wire.frame(number, name, wire.Record()) for number, name in requests.items()))
        for number, name in requests.items():
            self.assertTrue(hasattr(ann.answer(number), {"Ping": "heads", "Names": "names"}[name]))


class OtherProtocols(Case):
    def test_a_browser_is_told_nothing_of_what_it_said(self):
        if RUN.channel == "tls":
            self.skipTest("a browser would speak TLS, too, and say the same inside")
        with self.others_unaffected():
            for method in ("GET", "POST"):
                connection = http.client.HTTPConnection(*self.server.address, timeout=30)
                with self.assertRaises(http.client.HTTPException):
                    connection.request(method, "/<script>", body=b"x" * 1000)
                    connection.getresponse()
                connection.close()

    def test_what_http_says_is_too_large_a_frame(self):
        stranger = self.connect()
        stranger.connection.write(b"GET /reflected HTTP/1.1\r\nHost: example.org\r\n\r\n")
        self.assertNotIn("reflected", self.assert_ends(stranger, "FRAME_TOO_LARGE").text)

    def test_a_mebibyte_of_random_bytes_ends_its_connection_and_no_other(self):
        with self.others_unaffected():
            stranger = self.connect()
            stranger.connection.write(b"\x7f" + random.Random(1).randbytes((1 << 20) - 1))
            stranger.until_end()


class Isolation(Case):
    def test_a_frame_that_is_begun_and_left_holds_up_nobody(self):
        stranger, ann = self.connect(), self.person("ann")
        with self.others_unaffected():
            for peer in (stranger, ann):
                peer.connection.write(announced(4000) + bytes(100))
        ann.connection.write(bytes(3900))
        ann.until(lambda: ann.told("Refused"))
        self.assertEqual(ann.told("Refused")[0].detail, ("Kind", 0))
