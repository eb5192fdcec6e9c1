"""What a reader sees of a room: messages with the changes that point at them folded in, as section 6 tells it."""

import wire
from wire import Record


def shown(entries):
    """Messages, actions and replies by their place: author, text (none if erased), reactions as a set."""
    messages = {}
    for entry in entries:
        fold(messages, entry)
    return messages


def fold(messages, entry):
    person, (name, said) = entry.author.person, wire.said(entry)
    match name:
        case "Message" | "Action":
            messages[entry.seq] = Record(person=person, text=said, reactions=set())
        case "Reply":
            messages[entry.seq] = Record(person=person, text=said.text, reactions=set())
        case "Erased":
            messages[entry.seq] = Record(person=person, text=None, reactions=set())
        case "Edit" | "Delete" | "React":
            change(messages.get(said.target), person, name, said)
        case "Forget":
            for seq, message in messages.items():
                if message.person == person and seq < entry.seq:
                    erase(message)


def change(message, person, name, said):
    """What points at nothing that is here, or at what was erased, changes nothing."""
    if message is None or message.text is None:
        return
    if name == "Edit":
        message.text = said.text
    elif name == "Delete":
        erase(message)
    elif said.state == "On":
        message.reactions.add((person, said.emoji))
    else:
        message.reactions.discard((person, said.emoji))


def erase(message):
    message.text, message.reactions = None, set()
