"""Values and frames to bytes and back, as sections 2, 3, 9, 10 and 11 of docs/protocol.md tell it.

A structure is a `Record`, a choice the name of its variant, or a tuple of that name and its fields.
What is read is judged strictly: a number in a longer form than needed is an error of the server.
"""

from types import SimpleNamespace
from typing import NamedTuple


class Malformed(Exception):
    """Bytes that are not what the document says."""


class Record(SimpleNamespace):
    """A structure's fields by name."""


class Reader:
    """Takes bytes off the front, and knows whether all were taken."""

    def __init__(self, data):
        self.data = bytes(data)
        self.at = 0

    def take(self, count):
        if count > len(self.data) - self.at:
            raise Malformed(f"{count} bytes at {self.at} of {len(self.data)}")
        taken = self.data[self.at : self.at + count]
        self.at += count
        return taken

    def rest(self):
        return self.take(len(self.data) - self.at)

    def finish(self):
        if self.at != len(self.data):
            raise Malformed(f"{len(self.data) - self.at} bytes are left over")


class Number:
    """u16, u32, u64: one byte below 251, otherwise a marker and 2, 4 or 8 bytes, little-endian."""

    WIDTHS = {0xFB: 2, 0xFC: 4, 0xFD: 8}

    def __init__(self, bits):
        self.bits = bits

    def write(self, value):
        if not 0 <= value < 1 << self.bits:
            raise Malformed(f"{value} is no u{self.bits}")
        if value < 251:
            return bytes([value])
        marker = next(marker for marker, width in self.WIDTHS.items() if value < 1 << 8 * width)
        return bytes([marker]) + value.to_bytes(self.WIDTHS[marker], "little")

    def read(self, reader):
        first = reader.take(1)
        if first[0] < 251:
            return first[0]
        if first[0] not in self.WIDTHS:
            raise Malformed(f"no number begins with {first.hex()}")
        written = first + reader.take(self.WIDTHS[first[0]])
        value = int.from_bytes(written[1:], "little")
        if self.write(value) != written:
            raise Malformed(f"{value} is written in a longer form: {written.hex()}")
        return value


class Signed:
    """i64: zigzag, then as u64."""

    def write(self, value):
        return U64.write(2 * value if value >= 0 else -2 * value - 1)

    def read(self, reader):
        folded = U64.read(reader)
        return folded // 2 if folded % 2 == 0 else -(folded // 2) - 1


class Fixed:
    """So many bytes, nothing before them."""

    def __init__(self, count):
        self.count = count

    def write(self, value):
        if len(value) != self.count:
            raise Malformed(f"{len(value)} bytes in place of {self.count}")
        return bytes(value)

    def read(self, reader):
        return reader.take(self.count)


class Bytes:
    """A count, then so many bytes."""

    def write(self, value):
        return U64.write(len(value)) + bytes(value)

    def read(self, reader):
        return reader.take(U64.read(reader))


class Whole:
    """The bytes of an entry's body as they are: their count stands before the body."""

    def write(self, value):
        return bytes(value)

    def read(self, reader):
        return reader.rest()


class ListOf:
    """A count up to a cap, then so many elements."""

    def __init__(self, element, cap):
        self.element = element
        self.cap = cap

    def write(self, values):
        return U64.write(len(values)) + b"".join(map(self.element.write, values))

    def read(self, reader):
        count = U64.read(reader)
        if count > self.cap:
            raise Malformed(f"a list of {count} where {self.cap} is the most")
        return [self.element.read(reader) for _ in range(count)]


class Optional:
    """00 for none; 01, then the value."""

    def __init__(self, some):
        self.some = some

    def write(self, value):
        return b"\x00" if value is None else b"\x01" + self.some.write(value)

    def read(self, reader):
        match reader.take(1):
            case b"\x00":
                return None
            case b"\x01":
                return self.some.read(reader)
            case other:
                raise Malformed(f"an optional value begins with {other.hex()}")


class Choice:
    """The number of the variant, from 0, then the variant's fields."""

    def __init__(self, *variants):
        self.variants = [(it, ()) if isinstance(it, str) else (it[0], it[1:]) for it in variants]

    def write(self, value):
        name, *values = (value,) if isinstance(value, str) else value
        number = [variant for variant, _ in self.variants].index(name)
        fields = self.variants[number][1]
        return U32.write(number) + b"".join(field.write(it) for field, it in zip(fields, values, strict=True))

    def read(self, reader):
        number = U32.read(reader)
        if number >= len(self.variants):
            raise Malformed(f"there is no variant {number}")
        name, fields = self.variants[number]
        return (name, *(field.read(reader) for field in fields)) if fields else name


class Structure:
    """Its fields in order, nothing between them."""

    def __init__(self, **fields):
        self.fields = fields

    def write(self, value):
        return b"".join(field.write(getattr(value, name)) for name, field in self.fields.items())

    def read(self, reader):
        return Record(**{name: field.read(reader) for name, field in self.fields.items()})


U16, U32, U64 = Number(16), Number(32), Number(64)
I64 = Signed()
BYTES = Bytes()
ROOM, CODE, KEY, SECRET = Fixed(16), Fixed(4), Fixed(32), Fixed(16)

STAY = Choice("Resident", "Watcher", "Visitor")
DOOR = Choice("Open", "Private", "Direct")
KEEP = Choice("Default", ("Millis", U64), "Forever")
TYPING_STATE = Choice("Writing", "Stopped")
PRESENCE = Choice("Here", "Gone", "Idle", ("Away", BYTES))
DURABILITY = Choice("Memory", "Disk", "Replicated")
ROLE = Choice("Member", "Operator", "Owner")
LOCK = Choice("Unlocked", "Locked")
VOICE = Choice("Free", "Muted")
GAP_KIND = Choice("Loadable", "Purged")
END_REASON = Choice("Over", "Removed")
BEYOND = Choice("Nothing", "More", "Unsearched")
SIGNAL_KIND = Choice("Typing", "Stopped", ("Presence", PRESENCE))
LEAVE_REASON = Choice("Quit", "Lost", "Leave")
REACTION_STATE = Choice("On", "Off")
BAN_SCOPE = Choice("Key", "Address")
DETAIL = Choice(
    "None", ("Max", U64), ("Head", U64), ("Kind", U16), ("Versions", U16, U16), ("Name", BYTES)
)
ACT = Choice(
    ("Kick", U64, BYTES),
    ("Ban", U64, BYTES, BAN_SCOPE),
    ("Unban", U64, BYTES),
    ("Mute", U64, BYTES),
    ("Unmute", U64, BYTES),
    ("Op", U64, BYTES),
    ("Deop", U64, BYTES),
    ("Own", U64, BYTES),
    "Lock",
    "Unlock",
    "Rekey",
)

POST_ID = Structure(instance=U64, n=U64)
AUTHOR = Structure(person=U64, name=BYTES)
BODY = Structure(kind=U16, body=BYTES)
PEER = Structure(person=U64, name=BYTES, key=KEY)
EXCERPT = Structure(seq=U64, time=I64, author=AUTHOR, text=BYTES)
MEMBERSHIP = Structure(room=ROOM, code=CODE, head=U64, direct=Optional(PEER))
ENTRY = Structure(seq=U64, prev=U64, time=I64, author=AUTHOR, post=Optional(POST_ID), body=BODY)
IN_ROOM = Structure(room=ROOM)
NOTHING = Structure()

LIMITS = Structure(
    frame_bytes=U32,
    text_bytes=U32,
    text_lines=U32,
    topic_bytes=U32,
    name_columns=U32,
    posts_unanswered=U32,
    page_entries=U32,
    rooms=U32,
    heartbeat_ms=U32,
    silence_ms=U32,
)
LABEL = Structure(
    durability=DURABILITY,
    keeps_ms=Optional(U64),
    keeps_entries=Optional(U64),
    keeps_bytes=Optional(U64),
    keeps_bytes_of_all=Optional(U64),
    waits_ms=U64,
)
STATE = Structure(
    topic=BYTES,
    label=LABEL,
    role=ROLE,
    door=DOOR,
    lock=LOCK,
    members=U32,
    read=U64,
    direct=Optional(PEER),
)
MEMBER = Structure(person=U64, name=BYTES, presence=PRESENCE, role=ROLE, voice=VOICE, key=KEY)
HIT = Structure(before=Optional(EXCERPT), found=EXCERPT, after=Optional(EXCERPT))

CLIENT_FRAMES = {
    0x01: ("Hello", Structure(version_min=U16, version_max=U16, name=BYTES, key=KEY, instance=U64)),
    0x02: ("Login", Structure(signature=BYTES)),
    0x03: ("Create", Structure(id=U64, stay=STAY, door=DOOR, keep=KEEP)),
    0x04: ("Join", Structure(code=BYTES, stay=STAY, secret=Optional(SECRET))),
    0x05: ("Resume", Structure(room=ROOM, after=U64, stay=STAY)),
    0x06: ("Leave", IN_ROOM),
    0x07: ("Post", Structure(room=ROOM, id=POST_ID, body=BODY)),
    0x08: ("History", Structure(room=ROOM, after=U64, before=U64, limit=U32)),
    0x09: ("Rename", Structure(name=BYTES)),
    0x0A: ("Ping", NOTHING),
    0x0B: ("Bye", NOTHING),
    0x0C: ("Invite", IN_ROOM),
    0x0D: ("Names", NOTHING),
    0x0E: ("GiveUp", NOTHING),
    0x0F: (
        "Search",
        Structure(
            room=ROOM, words=BYTES, **{"from": BYTES}, since=Optional(I64), until=Optional(I64), before=U64
        ),
    ),
    0x10: ("Read", Structure(room=ROOM, seq=U64)),
    0x11: ("OpenDirect", Structure(person=U64, stay=STAY)),
    0x12: ("Typing", Structure(room=ROOM, state=TYPING_STATE)),
    0x13: ("SetPresence", Structure(presence=PRESENCE)),
}

SERVER_FRAMES = {
    0x81: ("Challenge", Structure(version=U16, nonce=Fixed(32))),
    0x82: (
        "Welcome",
        Structure(
            person=U64,
            name=BYTES,
            limits=LIMITS,
            durability=DURABILITY,
            server_time=I64,
            rooms=ListOf(MEMBERSHIP, 128),
        ),
    ),
    0x83: ("Joined", Structure(room=ROOM, code=CODE, head=U64, oldest=U64, cursor=U64, state=STATE)),
    0x84: ("Members", Structure(room=ROOM, members=ListOf(MEMBER, 200))),
    0x85: ("Batch", Structure(room=ROOM, entries=ListOf(ENTRY, 200))),
    0x86: ("Gap", Structure(room=ROOM, **{"from": U64}, to=U64, kind=GAP_KIND)),
    0x87: ("Accepted", Structure(id=POST_ID, seq=U64, durability=DURABILITY)),
    0x88: ("Page", Structure(room=ROOM, oldest=U64, entries=ListOf(ENTRY, 1000))),
    0x89: ("Done", NOTHING),
    0x8A: ("Pong", Structure(server_time=I64, heads=ListOf(Structure(room=ROOM, head=U64), 128))),
    0x8B: ("Refused", Structure(code=U16, text=BYTES, retry_after_ms=Optional(U32), detail=DETAIL)),
    0x8C: ("RoomEnded", Structure(room=ROOM, reason=END_REASON)),
    0x8D: ("GoAway", Structure(reconnect_after_ms=U32)),
    0x8E: ("Invitation", Structure(room=ROOM, code=CODE, secret=Optional(SECRET))),
    0x8F: ("NameList", Structure(names=ListOf(Structure(name=BYTES, rests_ms=Optional(U64)), 64))),
    0x90: ("Found", Structure(room=ROOM, hits=ListOf(HIT, 20), beyond=BEYOND)),
    0x91: ("RoomAdded", Structure(membership=MEMBERSHIP)),
    0x92: ("Signal", Structure(room=ROOM, person=U64, kind=SIGNAL_KIND)),
}

FRAMES = CLIENT_FRAMES | SERVER_FRAMES
KIND_OF_FRAME = {name: kind for kind, (name, _) in FRAMES.items()}

ENTRIES = {
    1: ("Message", Whole()),
    2: ("Action", Whole()),
    3: ("Topic", Whole()),
    4: ("Act", ACT),
    5: ("Forget", NOTHING),
    6: ("Reply", Structure(to=U64, text=BYTES)),
    7: ("Edit", Structure(target=U64, text=BYTES)),
    8: ("Delete", Structure(target=U64)),
    9: ("React", Structure(target=U64, emoji=BYTES, state=REACTION_STATE)),
    15: ("Erased", NOTHING),
    16: ("Opened", NOTHING),
    17: ("Joined", Structure(key=KEY, role=ROLE, voice=VOICE)),
    18: ("Left", LEAVE_REASON),
    19: ("Renamed", Whole()),
}
KIND_OF_ENTRY = {name: kind for kind, (name, _) in ENTRIES.items()}


class Frame(NamedTuple):
    """What either end says: `body` is bytes if the kind is not known, and `name` is None then."""

    request: int
    kind: int
    name: str | None
    body: Record | bytes


def parsed(shape, data):
    """The one value of this shape that fills the bytes exactly."""
    reader = Reader(data)
    value = shape.read(reader)
    reader.finish()
    return value


def prefixed(payload):
    return len(payload).to_bytes(4, "big") + payload


def raw_frame(request, kind, body):
    """The bytes of a frame whose body is bytes already."""
    return prefixed(request.to_bytes(4, "big") + kind.to_bytes(2, "big") + body)


def frame(request, name, fields=None, /, **more):
    """The bytes of a frame: its body as a record, or field by field."""
    kind = KIND_OF_FRAME[name]
    return raw_frame(request, kind, FRAMES[kind][1].write(fields or Record(**more)))


def parsed_frame(payload):
    """A frame from what follows its length."""
    if len(payload) < 6:
        raise Malformed(f"a frame of {len(payload)} bytes")
    request, kind = int.from_bytes(payload[:4], "big"), int.from_bytes(payload[4:6], "big")
    name, shape = FRAMES.get(kind, (None, Whole()))
    return Frame(request, kind, name, parsed(shape, payload[6:]))


def body(name, *value, **fields):
    """The body of an entry of this kind, as it stands in a `Post`."""
    kind = KIND_OF_ENTRY[name]
    return Record(kind=kind, body=ENTRIES[kind][1].write(value[0] if value else Record(**fields)))


def said(entry):
    """What an entry says: the name of its kind, and the value of its body. None and bytes if its kind is not known."""
    name, shape = ENTRIES.get(entry.body.kind, (None, Whole()))
    return name, parsed(shape, entry.body.body)
