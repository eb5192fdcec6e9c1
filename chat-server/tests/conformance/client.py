"""A client as docs/protocol.md tells it: a person's session, and the rooms of it.

It holds the server to the document with every frame: each request is answered once and by the right kind, entries of
a room come in order, none missing, none twice.
"""

import itertools
import random
import time

from nacl.signing import SigningKey

import document
import wire
from transport import ANSWER_SECONDS, Ended
from wire import Record

VERSION = 4
GREATEST = 2**64 - 1

ANSWERS = {
    "Hello": "Challenge",
    "Login": "Welcome",
    "Create": "Joined",
    "Join": "Joined",
    "Resume": "Joined",
    "Leave": "Done",
    "Post": "Accepted",
    "History": "Page",
    "Rename": "Done",
    "Ping": "Pong",
    "Invite": "Invitation",
    "Names": "NameList",
    "GiveUp": "Done",
    "Search": "Found",
    "Read": "Done",
    "OpenDirect": "Joined",
    "Typing": "Done",
    "SetPresence": "Done",
}
# Codes of all refusals, and kinds of frames and entries that came while the tests ran.
SEEN = set()
UNASKED = {"Members", "Batch", "Gap", "RoomEnded", "GoAway", "RoomAdded", "Signal", "Refused"}


class Violation(AssertionError):
    """The server did what the document rules out."""


class Refused(Exception):
    """The answer was no."""

    def __init__(self, body):
        self.code = document.NAME_OF_CODE.get(body.code, body.code)
        self.text = body.text.decode()
        self.retry_after_ms = body.retry_after_ms
        self.detail = body.detail
        self.body = body
        SEEN.add(self.code)
        super().__init__(f"{self.code}: {self.text}")


def transcript(binding, challenge, hello):
    """What a login signs."""
    return b"chat login 1" + binding + challenge + hello


def random_number():
    return random.getrandbits(64)


class Session:
    """One connection, from its first byte on. `greet` makes it a person's."""

    def __init__(self, connection):
        self.connection = connection
        self.numbers = itertools.count(1)
        self.asked = {}
        self.answers = {}
        self.rooms = {}
        self.unasked = []
        self.last_words = None

    # Logging in

    def greet(self, name, key=None, instance=None):
        """All of section 4."""
        self.key = key or SigningKey.generate()
        self.instance = random_number() if instance is None else instance
        self.welcome = self.login(*self.hello(name))
        self.person, self.name = self.welcome.person, self.welcome.name
        return self

    def hello(self, name, version_min=VERSION, version_max=VERSION):
        """What was answered and what was said, as bytes: a login signs both."""
        hello = Record(
            version_min=version_min,
            version_max=version_max,
            name=name.encode() if isinstance(name, str) else name,
            key=bytes(self.key.verify_key),
            instance=self.instance,
        )
        challenge = self.ask("Hello", hello)
        return shape("Challenge").write(challenge), shape("Hello").write(hello)

    def login(self, challenge, hello):
        signed = self.key.sign(transcript(self.connection.channel.binding(), challenge, hello))
        return self.ask("Login", signature=signed.signature)

    # Asking

    def ask(self, name, fields=None, /, **more):
        """The answer's body. Raises `Refused`."""
        return self.answer(self.send(name, fields, **more))

    def send(self, name, fields=None, /, **more):
        """Asks, and does not wait for the answer."""
        request = next(self.numbers)
        self.asked[request] = name
        self.connection.write(wire.frame(request, name, fields, **more))
        return request

    def send_raw(self, kind, body, request=None):
        """Any bytes under any kind."""
        request = next(self.numbers) if request is None else request
        self.asked[request] = wire.FRAMES.get(kind, (None,))[0]
        self.connection.write(wire.raw_frame(request, kind, body))
        return request

    def answer(self, request, seconds=ANSWER_SECONDS):
        self.until(lambda: request in self.answers, seconds)
        answer = self.answers.pop(request)
        if answer.name == "Refused":
            raise Refused(answer.body)
        return answer.body

    def until(self, holds, seconds=ANSWER_SECONDS):
        """Takes frames until this holds."""
        deadline = time.monotonic() + seconds
        while not holds():
            self.take(self.connection.read_frame(max(0, deadline - time.monotonic())))

    def settle(self):
        """Takes whatever was on its way when this was called."""
        self.ask("Ping")

    def until_end(self, seconds=ANSWER_SECONDS):
        """Takes frames until the connection ends; what was said last, if it was a refusal."""
        try:
            self.until(lambda: False, seconds)
        except Ended:
            return self.last_words

    def bye(self):
        self.asked[request := next(self.numbers)] = "Bye"
        self.connection.write(wire.frame(request, "Bye", Record()))
        return self.until_end()

    def close(self):
        self.connection.close()

    # Being told

    def take(self, frame):
        SEEN.add(frame.name)
        self.last_words = Refused(frame.body) if frame.name == "Refused" else None
        if frame.request != 0:
            self.take_answer(frame)
        elif frame.name in UNASKED:
            self.take_unasked(frame)
        else:
            raise Violation(f"{frame.name or frame.kind} came unasked")

    def take_answer(self, frame):
        if frame.request not in self.asked:
            raise Violation(f"{frame.name} answers {frame.request}, which does not wait")
        question = self.asked.pop(frame.request)
        if frame.name not in (ANSWERS.get(question), "Refused"):
            raise Violation(f"{frame.name} answers {question}")
        self.answers[frame.request] = frame
        if frame.name == "Joined":
            self.rooms.setdefault(frame.body.room, Room(self, frame.body)).enter(frame.body)

    def take_unasked(self, frame):
        self.unasked.append(frame)
        if frame.name in ("Members", "Batch", "Gap", "RoomEnded"):
            self.rooms[frame.body.room].take(frame)

    def told(self, name):
        """What came unasked of this kind."""
        return [frame.body for frame in self.unasked if frame.name == name]

    # Rooms

    def enter(self, name, /, **fields):
        """By `Create`, `Join`, `Resume` or `OpenDirect`: ends when everything up to the head is here."""
        joined = self.ask(name, **fields)
        room = self.rooms[joined.room]
        if fields["stay"] != "Visitor":
            self.until(room.is_complete)
        return room

    def create(self, door="Open", keep="Default", stay="Resident", id=None):
        return self.enter("Create", id=random_number() if id is None else id, stay=stay, door=door, keep=keep)

    def join(self, code, stay="Resident", secret=None):
        return self.enter("Join", code=code, stay=stay, secret=secret)

    def resume(self, room, after=0, stay="Resident"):
        return self.enter("Resume", room=room, after=after, stay=stay)

    def open_direct(self, person, stay="Resident"):
        return self.enter("OpenDirect", person=person, stay=stay)


class Room:
    """One session's view of a room: a fold over what came from it."""

    def __init__(self, session, joined):
        self.session = session
        self.id, self.code = joined.room, joined.code
        self.posts = itertools.count(1)
        self.entries = []
        self.gaps = []
        self.ended = None

    def enter(self, joined):
        """`Joined` comes before whatever it brings."""
        self.joined = joined
        self.cursor = joined.cursor
        self.members = {}
        self.members_told = 0
        self.ended = None

    def is_complete(self):
        return self.cursor >= self.joined.head and self.members_told >= self.joined.state.members

    # Being told

    def take(self, frame):
        if self.ended:
            raise Violation(f"{frame.name} comes from a room that has ended for this session")
        match frame.name:
            case "Members":
                self.take_members(frame.body.members)
            case "Gap":
                self.take_gap(frame.body)
            case "Batch":
                self.take_batch(frame.body.entries)
            case "RoomEnded":
                self.ended = frame.body.reason

    def take_members(self, members):
        self.members_told += len(members)
        self.members |= {member.person: member for member in members}

    def take_gap(self, gap):
        if getattr(gap, "from") > gap.to or gap.to < self.cursor:
            raise Violation(f"{gap} after {self.cursor}")
        self.gaps.append(gap)
        self.cursor = gap.to

    def take_batch(self, entries):
        if not entries:
            raise Violation("a batch of nothing")
        for entry in entries:
            self.take_entry(entry)

    def take_entry(self, entry):
        if entry.seq <= self.cursor or entry.prev != self.cursor:
            raise Violation(f"{entry.seq}, which follows on {entry.prev}, came after {self.cursor}")
        self.cursor = entry.seq
        self.entries.append(entry)
        SEEN.add(("entry", wire.said(entry)[0]))
        self.fold(entry)

    def fold(self, entry):
        """What entries tell of members, as sections 5 and 11 say. Those up to the head are in the list already."""
        if entry.seq <= self.joined.head:
            return
        person, (name, said) = entry.author.person, wire.said(entry)
        match name:
            case "Joined":
                self.members[person] = Record(
                    person=person, name=entry.author.name, presence="Here", **vars(said)
                )
            case "Left" if said == "Leave":
                self.members.pop(person, None)
            case "Left":
                self.members[person].presence = "Gone"
            case "Renamed":
                self.members[person].name = said
            case "Act":
                self.fold_act(said)

    def fold_act(self, act):
        if isinstance(act, str):
            return
        kind, target = act[0], self.members.get(act[1])
        for member in [it for it in self.members.values() if target and it.key == target.key]:
            match kind:
                case "Kick" | "Ban":
                    del self.members[member.person]
                case "Mute" | "Unmute":
                    member.voice = {"Mute": "Muted", "Unmute": "Free"}[kind]
                case "Op" | "Deop":
                    member.role = {"Op": "Operator", "Deop": "Member"}[kind]
                case "Own":
                    member.role, member.voice = "Owner", "Free"

    def wait_for(self, seq):
        self.session.until(lambda: self.cursor >= seq)
        return self

    def said(self):
        """What its entries say: names of kinds and values."""
        return [wire.said(entry) for entry in self.entries]

    def texts(self):
        """What was said in messages."""
        return [value.decode() for name, value in self.said() if name == "Message"]

    def entry(self, seq):
        return next(entry for entry in self.entries if entry.seq == seq)

    # Saying

    def send_post(self, body, n=None, instance=None):
        """Posts, and does not wait: the request."""
        post_id = Record(
            instance=self.session.instance if instance is None else instance,
            n=next(self.posts) if n is None else n,
        )
        return self.session.send("Post", room=self.id, id=post_id, body=body)

    def post(self, body, n=None, instance=None):
        return self.session.answer(self.send_post(body, n, instance))

    def say(self, text, n=None, instance=None):
        return self.post(wire.body("Message", in_bytes(text)), n, instance)

    def reply(self, to, text):
        return self.post(wire.body("Reply", to=to, text=in_bytes(text)))

    def edit(self, target, text):
        return self.post(wire.body("Edit", target=target, text=in_bytes(text)))

    def delete(self, target):
        return self.post(wire.body("Delete", target=target))

    def react(self, target, emoji, state="On"):
        return self.post(wire.body("React", target=target, emoji=in_bytes(emoji), state=state))

    def forget(self):
        return self.post(wire.body("Forget", Record()))

    def act(self, kind, *target):
        """What is done, and to whom: number and name, and what else the act says."""
        return self.post(wire.body("Act", (kind, *target) if target else kind))

    # Asking

    def history(self, after=0, before=GREATEST, limit=200):
        return self.session.ask("History", room=self.id, after=after, before=before, limit=limit)

    def search(self, words="", name="", since=None, until=None, before=GREATEST):
        fields = {"words": in_bytes(words), "from": in_bytes(name), "since": since, "until": until}
        return self.session.ask("Search", room=self.id, before=before, **fields)

    def leave(self):
        self.session.ask("Leave", room=self.id)
        self.ended = "Left"

    def invite(self):
        return self.session.ask("Invite", room=self.id)

    def read(self, seq):
        return self.session.ask("Read", room=self.id, seq=seq)


def shape(name):
    """How the body of a frame of this name is written."""
    return wire.FRAMES[wire.KIND_OF_FRAME[name]][1]


def in_bytes(text):
    return text.encode() if isinstance(text, str) else text
