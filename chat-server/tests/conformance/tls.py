"""TLS 1.3 as section 2 of docs/protocol.md tells it, and the binding of section 4.

Python's ssl cannot export keying material. It writes the exporter secret into a key log, though, and from there on
the export is arithmetic: RFC 8446, section 7.5.
"""

import base64
import hashlib
import hmac
import ssl
import tempfile

LABEL = b"EXPORTER-Channel-Binding"


class Tls:
    """Bytes to records and back. Its owner moves the records."""

    def __init__(self, version=ssl.TLSVersion.TLSv1_3, before=None):
        """`before` is the channel whose session is resumed, if the server agrees."""
        self.key_log = before.key_log if before else tempfile.NamedTemporaryFile()
        self.context = before.context if before else context(version, self.key_log.name)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.layer = self.context.wrap_bio(self.incoming, self.outgoing, session=before and before.layer.session)

    def shake_hands(self, write, read):
        """Ends when the handshake is complete. `write` takes records, `read` gives some or nothing at the end."""
        while True:
            try:
                self.layer.do_handshake()
                self.secret = self.exporter_secret()
                return write(self.outgoing.read())
            except ssl.SSLWantReadError:
                write(self.outgoing.read())
                self.take(read())

    def sealed(self, data):
        self.layer.write(data)
        return self.outgoing.read()

    def opened(self, records):
        """What the records say; records that are not whole yet wait."""
        self.take(records)
        data = b""
        try:
            while piece := self.layer.read(1 << 16):
                data += piece
        except (ssl.SSLWantReadError, ssl.SSLZeroReturnError, ssl.SSLEOFError):
            pass
        return data

    def take(self, records):
        if records:
            self.incoming.write(records)
        else:
            self.incoming.write_eof()

    def binding(self):
        """The 32 bytes that both ends export."""
        digest = {"SHA256": hashlib.sha256, "SHA384": hashlib.sha384}[self.layer.cipher()[0].rsplit("_")[-1]]
        nothing = digest(b"").digest()
        secret = expanded(digest, self.secret, LABEL, nothing, digest().digest_size)
        return expanded(digest, secret, b"exporter", nothing, 32)

    def exporter_secret(self):
        """Of the handshake that ended last."""
        with open(self.key_log.name, encoding="ascii") as lines:
            return [bytes.fromhex(line.split()[2]) for line in lines if line.startswith("EXPORTER_SECRET")][-1]

    def is_resumed(self):
        return self.layer.session_reused

    def fingerprint(self):
        """The server's key as an announcement and an invite write it."""
        public_key = subject_public_key_info(self.layer.getpeercert(binary_form=True))
        return base64.urlsafe_b64encode(hashlib.sha256(public_key).digest()).rstrip(b"=").decode()


def context(version, key_log):
    """Judges no certificate: a server is known by its key alone."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    made.minimum_version = made.maximum_version = version
    made.keylog_filename = key_log
    return made


def expanded(digest, secret, label, about, count):
    """HKDF-Expand-Label of RFC 8446, for no more bytes than the digest has."""
    label = b"tls13 " + label
    info = count.to_bytes(2, "big") + bytes([len(label)]) + label + bytes([len(about)]) + about
    return hmac.digest(secret, info + b"\x01", digest)[:count]


def subject_public_key_info(certificate):
    """The SubjectPublicKeyInfo of a certificate of version 3, both in DER."""
    to_be_signed = elements(contents(certificate))[0]
    version, serial, algorithm, issuer, validity, subject, public_key, *_ = elements(contents(to_be_signed))
    return public_key


def contents(element):
    start, end = inside(element, 0)
    return element[start:end]


def elements(data):
    """The elements of DER that follow on each other, each whole."""
    found, at = [], 0
    while at < len(data):
        _, end = inside(data, at)
        found.append(data[at:end])
        at = end
    return found


def inside(data, at):
    """From where to where the contents of the element at this place go."""
    length, start = data[at + 1], at + 2
    if length & 0x80:
        width = length & 0x7F
        length, start = int.from_bytes(data[start : start + width], "big"), start + width
    return start, start + length
