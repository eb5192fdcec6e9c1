"""What a program can take out of docs/protocol.md itself: the examples in hex, and the numbers of codes and limits."""

import re
from pathlib import Path

PATH = Path(__file__).resolve().parents[3] / "docs" / "protocol.md"
TEXT = PATH.read_text(encoding="utf-8")


def examples():
    """The examples in hex by what they are: ("Hello",), ("Entry", "Message")."""
    blocks = re.findall(r"^```hex (.+?)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    return {tuple(title.split()): bytes.fromhex(without_remarks(block)) for title, block in blocks}


def without_remarks(block):
    return "".join(line.split(";")[0] for line in block.splitlines())


def values():
    """The rows of the table of values: type, value and bytes, as they stand there."""
    return re.findall(r"^\| `(u64|i64|Option)` \| `(.+?)` \| `([0-9a-f]+)` \|$", TEXT, re.MULTILINE)


def variants():
    """The rows of the tables of choices: the choice, its variant with the example's fields, the bytes."""
    return re.findall(r"^\| `(\w+)` \| `(\w+)(?:\((.*?)\))?` \| `([0-9a-f]+)` \|", TEXT, re.MULTILINE)


def frame_kinds():
    """Kinds of frames by their number."""
    rows = re.findall(r"^\| `0x([0-9a-f]{2})` \| `(\w+)` \|", TEXT, re.MULTILINE)
    return {int(number, 16): name for number, name in rows}


def entry_kinds():
    """Kinds of entries by their number."""
    return {int(number): name for number, name in re.findall(r"^\| (\d+) \| `([A-Z][a-z]+)` \|", TEXT, re.MULTILINE)}


def codes():
    """Codes of refusals by their name."""
    return {name: int(number) for number, name in re.findall(r"^\| (\d+) \| `([A-Z_]+)` \|", TEXT, re.MULTILINE)}


def limits():
    """Limits by their name."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| (\d+) \| .*? \| .*? \|$", TEXT, re.MULTILINE)
    return {name: int(value) for name, value in rows}


def hidden():
    """Of the characters that cleaning takes away, both ends of each range."""
    block = re.search(r"```text hidden\n(.*?)```", TEXT, re.DOTALL).group(1)
    ends = re.findall(r"U\+([0-9A-F]+)(?:\.\.U\+([0-9A-F]+))?", block)
    return sorted({chr(int(end, 16)) for pair in ends for end in pair if end})


CODES = codes()
NAME_OF_CODE = {number: name for name, number in CODES.items()}
LIMITS = limits()
