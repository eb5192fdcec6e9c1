"""The real server: started as README.md tells it, and found by what it announces."""

import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 30


class Server:
    """A process of its own, in directories of its own."""

    def __init__(self, binary, storage, settings):
        self.place = Path(tempfile.mkdtemp(prefix="chat-conformance-"))
        self.command = [binary, "--port", "0", "--bind", "127.0.0.1", "--state", self.place / "state"]
        self.command += [f"--{name}={value}" for name, value in settings.items()]
        if storage == "disk":
            self.command += ["--data", self.place / "data"]
        self.start()

    def start(self):
        with open(self.place / "log", "ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, env=environment(), bufsize=0
            )
        announced = self.announcement()
        host, port = re.search(r"listening +(\S+):(\d+)", announced).groups()
        self.address = (host, int(port))
        self.fingerprint = re.search(r"key (\S{43})\s", announced).group(1)

    def announcement(self):
        """What it prints until it serves."""
        printed, until = b"", time.monotonic() + START_SECONDS
        while b"--create\n" not in printed:
            ready, _, _ = select.select([self.process.stdout], [], [], until - time.monotonic())
            piece = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            if not piece:
                self.kill()
                raise RuntimeError(f"the server does not serve: {printed.decode()}{self.log()}")
            printed += piece
        return printed.decode()

    def ask_to_stop(self):
        self.process.send_signal(signal.SIGTERM)

    def exit_code(self):
        return self.process.wait(STOP_SECONDS)

    def stop(self):
        """Stops it in order, and takes away what it kept. What is wrong with how it ended, or nothing."""
        try:
            if self.process.poll() is None:
                self.ask_to_stop()
            code, log = self.exit_code(), self.log()
            return log if code != 0 or "panicked" in log else None
        finally:
            self.kill()
            shutil.rmtree(self.place, ignore_errors=True)

    def log(self):
        return (self.place / "log").read_text(errors="replace")

    def resident_bytes(self):
        """How much memory it uses, as the system tells it."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return 1024 * int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1))

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def again(self):
        """Another process where this one was."""
        self.start()


def environment():
    """Nothing of whoever runs the tests may set the server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CHAT_")}
