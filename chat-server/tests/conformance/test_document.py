"""The document's own examples and numbers, through our encoding of them: byte for byte, both ways. No server."""

import unittest

from nacl.signing import SigningKey

import client
import document
import wire
from wire import Record

EXAMPLES = document.examples()


class Examples(unittest.TestCase):
    def test_every_example_of_a_frame_is_read_and_written_alike(self):
        for (name,), data in ((title, data) for title, data in EXAMPLES.items() if len(title) == 1):
            with self.subTest(name):
                frame = wire.parsed_frame(data[4:])
                self.assertEqual(frame.name, name)
                self.assertEqual(wire.frame(frame.request, name, frame.body), data)

    def test_every_example_of_an_entry_is_read_and_written_alike(self):
        for (_, name), data in ((title, data) for title, data in EXAMPLES.items() if len(title) == 2):
            with self.subTest(name):
                entry = wire.parsed(wire.ENTRY, data)
                self.assertEqual(wire.said(entry)[0] or "Unknown", name)
                self.assertEqual(wire.ENTRY.write(entry), data)

    def test_every_kind_has_an_example(self):
        self.assertEqual({title[0] for title in EXAMPLES} - {"Entry"}, set(wire.KIND_OF_FRAME))
        self.assertEqual({title[-1] for title in EXAMPLES if len(title) == 2} - {"Unknown"}, set(wire.KIND_OF_ENTRY))

    def test_values_are_written_as_the_examples_in_the_sections_say(self):
        post = wire.parsed_frame(EXAMPLES["Post",][4:])
        self.assertEqual((post.request, post.body.id.instance, post.body.id.n), (7, 0x1122334455667788, 1))
        self.assertEqual(post.body.body, wire.body("Message", "hi! 👋".encode()))
        act = wire.parsed(wire.ENTRY, EXAMPLES["Entry", "Act"])
        self.assertEqual(wire.said(act), ("Act", ("Ban", 8, b"bob", "Address")))
        unknown = wire.parsed(wire.ENTRY, EXAMPLES["Entry", "Unknown"])
        self.assertEqual((unknown.body.kind, unknown.body.body), (900, b"\x01\x02"))

    def test_the_signature_of_the_example_is_the_one_of_its_transcript(self):
        hello, challenge = EXAMPLES["Hello",][10:], EXAMPLES["Challenge",][10:]
        key = SigningKey(b"\x01" * 32)
        signed = key.sign(client.transcript(bytes(32), challenge, hello))
        self.assertEqual(wire.parsed_frame(EXAMPLES["Login",][4:]).body.signature, signed.signature)


class Tables(unittest.TestCase):
    def test_kinds_have_the_numbers_of_the_tables(self):
        self.assertEqual(document.frame_kinds(), {kind: name for kind, (name, _) in wire.FRAMES.items()})
        self.assertEqual(document.entry_kinds(), {kind: name for kind, (name, _) in wire.ENTRIES.items()})

    def test_numbers_are_written_as_in_the_table(self):
        shapes = {"u64": wire.U64, "i64": wire.I64}
        rows = [(shapes[type], int(value), data) for type, value, data in document.values() if type in shapes]
        self.assertGreaterEqual(len(rows), 10)
        for shape, value, data in rows:
            with self.subTest(value):
                self.assertEqual(shape.write(value).hex(), data)
                self.assertEqual(wire.parsed(shape, bytes.fromhex(data)), value)

    def test_variants_have_the_bytes_of_the_tables(self):
        choices = {name.replace("_", ""): shape for name, shape in vars(wire).items() if isinstance(shape, wire.Choice)}
        rows = [row for row in document.variants() if row[0].upper() in choices]
        self.assertGreaterEqual(len(rows), 55)
        for choice, variant, fields, data in rows:
            with self.subTest(choice=choice, variant=variant):
                shape = choices[choice.upper()]
                value = wire.parsed(shape, bytes.fromhex(data))
                self.assertEqual(value if isinstance(value, str) else value[0], variant)
                self.assertEqual(shape.write(value).hex(), data)
                self.assertEqual(bool(fields), not isinstance(value, str))


class Judging(unittest.TestCase):
    """The encoding refuses what the document rules out: otherwise no test would notice it."""

    def assert_malformed(self, shape, data):
        with self.assertRaises(wire.Malformed):
            wire.parsed(shape, bytes.fromhex(data))

    def test_a_number_in_a_longer_form_is_refused(self):
        for data in ("fb0100", "fbfa00", "fcffff0000", "fdffffffff00000000"):
            self.assert_malformed(wire.U64, data)

    def test_a_number_that_does_not_fit_its_type_is_refused(self):
        self.assert_malformed(wire.U16, "fc00000100")
        self.assert_malformed(wire.U32, "fd0000000001000000")
        self.assert_malformed(wire.U64, "fe00000000000000000000000000000000")

    def test_counts_over_the_cap_and_beyond_the_bytes_are_refused(self):
        self.assert_malformed(wire.ListOf(wire.U64, 2), "03010101")
        self.assert_malformed(wire.BYTES, "0561")

    def test_unknown_variants_and_bytes_left_over_are_refused(self):
        self.assert_malformed(wire.STAY, "03")
        self.assert_malformed(wire.Optional(wire.U64), "0201")
        self.assert_malformed(wire.U64, "0101")

    def test_fields_that_are_not_what_they_should_be_are_not_written(self):
        with self.assertRaises(wire.Malformed):
            wire.frame(1, "Leave", Record(room=bytes(15)))
