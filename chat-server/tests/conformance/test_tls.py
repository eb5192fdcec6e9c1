"""TLS on the same port, and logins that are bound to it: sections 2 and 4."""

import socket
import ssl

import client
from case import RUN, Case
from client import Session
from nacl.signing import SigningKey
from tls import Tls
from transport import NO_BINDING, Connection


class Channels(Case):
    def secure(self, **how):
        """A stranger's connection in TLS."""
        session = Session(Connection(self.server.address, RUN.pace, Tls(**how)))
        self.addCleanup(session.close)
        session.key, session.instance = SigningKey.generate(), client.random_number()
        return session

    def login_with(self, session, binding):
        spoken = session.hello(self.name("ann"))
        signed = session.key.sign(client.transcript(binding, *spoken))
        return session.ask("Login", signature=signed.signature)

    def test_a_login_bound_to_its_channel_is_welcome(self):
        session = self.secure()
        self.assertTrue(self.login_with(session, session.connection.channel.binding()).person)

    def test_a_login_bound_to_no_channel_is_refused_in_tls(self):
        session = self.secure()
        self.refused("AUTH_FAILED", self.login_with, session, NO_BINDING)
        self.assert_ends(session, "AUTH_FAILED")

    def test_a_login_bound_to_another_channel_is_refused(self):
        other = self.secure().connection.channel.binding()
        session = self.secure()
        self.assertNotEqual(session.connection.channel.binding(), other)
        self.refused("AUTH_FAILED", self.login_with, session, other)

    def test_a_login_bound_to_tls_is_refused_on_a_plain_connection(self):
        bound = self.secure().connection.channel.binding()
        plain = Session(Connection(self.server.address, RUN.pace))
        self.addCleanup(plain.close)
        plain.key, plain.instance = SigningKey.generate(), 1
        self.refused("AUTH_FAILED", self.login_with, plain, bound)

    def test_a_login_in_a_resumed_session_is_bound_to_its_own_connection(self):
        before = self.secure()
        binding = before.connection.channel.binding()
        self.login_with(before, binding)
        again, other = (self.secure(before=before.connection.channel) for _ in range(2))
        self.assertTrue(again.connection.channel.is_resumed())
        self.assertNotEqual(again.connection.channel.binding(), binding)
        self.assertTrue(self.login_with(again, again.connection.channel.binding()).person)
        self.refused("AUTH_FAILED", self.login_with, other, binding)

    def test_a_resumed_session_shows_the_key_that_it_began_with(self):
        before = self.secure()
        self.login_with(before, before.connection.channel.binding())
        again = self.secure(before=before.connection.channel)
        self.assertTrue(again.connection.channel.is_resumed())
        self.assertEqual(again.connection.channel.fingerprint(), self.server.fingerprint)

    def test_the_server_shows_the_key_that_it_announced(self):
        self.assertEqual(self.secure().connection.channel.fingerprint(), self.server.fingerprint)

    def test_there_is_no_tls_1_2(self):
        with self.assertRaises(ssl.SSLError):
            self.secure(version=ssl.TLSVersion.TLSv1_2)

    def test_people_in_tls_and_without_are_in_one_room(self):
        mine = self.person("ann").create()
        theirs = self.secure().greet(self.name("bob")).join(mine.code)
        theirs.wait_for(mine.say("hello").seq)
        last = theirs.say("hello yourself").seq
        mine.wait_for(last)
        theirs.wait_for(last)
        self.assertEqual(mine.texts(), theirs.texts())

    def test_bytes_that_only_begin_like_tls_end_their_connection_and_no_other(self):
        with self.others_unaffected(), socket.create_connection(self.server.address, 30) as peer:
            peer.sendall(b"\x16\x03\x01\x02\x00" + b"\xff" * 600)
            while peer.recv(4096):
                pass
