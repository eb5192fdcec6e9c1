"""One connection's bytes: plain or TLS, in one piece or one byte at a time, cut into frames."""

import select
import socket
import time

import wire

ANSWER_SECONDS = 30
RECEIVED_BYTES = 32_768
NO_BINDING = bytes(32)


class Ended(Exception):
    """The server has closed the connection."""


class Late(Exception):
    """Nothing came in time."""


class Plain:
    """A channel that changes nothing."""

    def shake_hands(self, write, read):
        pass

    def sealed(self, data):
        return data

    def opened(self, data):
        return data

    def binding(self):
        return NO_BINDING


class Connection:
    """Writes bytes and reads frames. While it writes it goes on reading, as the document asks of a client."""

    def __init__(self, address, pace="whole", channel=None):
        self.socket = socket.socket()
        self.step = {"whole": 1 << 16, "bytes": 1}[pace]
        if pace == "bytes":
            # So little that the server has to write in pieces as well.
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVED_BYTES)
        self.socket.settimeout(ANSWER_SECONDS)
        self.socket.connect(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.inbox = bytearray()
        self.ended = False
        self.channel = channel or Plain()
        self.channel.shake_hands(self.write_at_once, self.read_sealed)
        self.socket.setblocking(False)

    def write_at_once(self, data):
        for at in range(0, len(data), self.step):
            self.socket.sendall(data[at : at + self.step])

    def write(self, data):
        self.write_sealed(self.channel.sealed(data))

    def write_sealed(self, data):
        """All of it, or as much as the server took before it closed."""
        waiting, until = memoryview(data), time.monotonic() + ANSWER_SECONDS
        while waiting and not self.ended:
            taken = self.taken(waiting)
            waiting = waiting[taken:]
            if not taken:
                self.wait_for_place(until)

    def wait_for_place(self, until):
        """A server that is not read from may not read either."""
        ready = self.ready_for(select.POLLIN | select.POLLOUT, until)
        if ready & ~select.POLLOUT:
            self.take_in()
        elif not ready:
            raise Late("the server takes nothing")

    def write_without_reading(self, data):
        """As a client does that reads nothing: what the server does not take now is left out."""
        self.taken(memoryview(self.channel.sealed(data)))

    def taken(self, waiting):
        try:
            return self.socket.send(waiting[: self.step])
        except BlockingIOError:
            return 0
        except (BrokenPipeError, ConnectionResetError):
            return len(waiting)

    def read_sealed(self):
        """Some bytes as they come, or none at the end."""
        try:
            return self.socket.recv(self.step)
        except ConnectionResetError:
            return b""

    def take_in(self):
        sealed = self.read_sealed()
        self.ended = not sealed
        self.inbox += self.channel.opened(sealed)

    def read_frame(self, seconds=ANSWER_SECONDS):
        """The next frame. Raises `Ended` if there is none and none will be."""
        until = time.monotonic() + seconds
        while (payload := self.whole_payload()) is None:
            if self.ended:
                raise Ended(f"the connection has ended, with {len(self.inbox)} bytes of a frame")
            try:
                self.take_in()
            except BlockingIOError:
                self.wait_for_bytes(until)
        return wire.parsed_frame(payload)

    def wait_for_bytes(self, until):
        if not self.ready_for(select.POLLIN, until):
            raise Late("no frame came in time")

    def ready_for(self, events, until):
        """Which of these could be done, or nothing if none could by then. What is wrong with a connection is read."""
        poll = select.poll()
        poll.register(self.socket, events)
        return sum(flags for _, flags in poll.poll(1000 * max(0, until - time.monotonic())))

    def whole_payload(self):
        if len(self.inbox) < 4:
            return None
        length = int.from_bytes(self.inbox[:4], "big")
        if len(self.inbox) < 4 + length:
            return None
        payload = bytes(self.inbox[4 : 4 + length])
        del self.inbox[: 4 + length]
        return payload

    def close(self):
        """Without a word, as a network does."""
        self.socket.close()
