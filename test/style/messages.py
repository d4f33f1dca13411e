#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""messages.py: the form of messages: "TOOL: severity: what failed: why (what to do)", in one line and in the field's
words. Prints every literal of core/ and cmd/ that violates it."""

import pathlib
import re
import sys

# Calls that print a message: its text is the first literal among the arguments.
MAKERS = "print_error print_warning print_note error_set session_fail fatal refuse traffic_fail bug".split()
LONGEST = 160  # characters with placeholders: a line, not a paragraph
BANNED = (  # words with a better synonym, or without information
    r"\btold\b", r"\btells?\b", "to be had", "so often", "is held", "so much", "so many", "crossed out", "passed over",
    "made of those", r"\bplaces? in the kernel", "no room any more", "is there, and", r"\bfacts?\b", "do not give",
    "has no part", "not any more", "stands? for",
)  # fmt: skip
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


def without_comments(text):
    return re.sub(r"/\*.*?\*/", lambda found: re.sub(r"[^\n]", " ", found[0]), text, flags=re.DOTALL)


def arguments(text, at):
    """The arguments of the call whose parenthesis opens at `at`."""
    depth, start, found = 0, at + 1, []
    while True:
        c = text[at]
        if c == '"':
            at = STRING.match(text, at).end()
            continue
        if c == "'":
            at = re.compile(r"'(?:[^'\\]|\\.)*'").match(text, at).end()
            continue
        depth += (c in "([{") - (c in ")]}")
        if (c == "," and depth == 1) or not depth:
            found.append(text[start:at].strip())
            start = at + 1
        if not depth:
            return found
        at += 1


def literals(text):
    """Each message's text, with its line number."""
    for call in re.finditer(rf"\b({'|'.join(MAKERS)})\(", text):
        for argument in arguments(text, call.end() - 1):
            if argument.startswith('"'):
                line = text.count("\n", 0, call.start()) + 1
                yield line, "".join(STRING.findall(argument))
                break


def faults(text):
    if not re.match(r"[a-z%/-]", text):
        yield "does not begin in lower case, with an option or a placeholder"
    if text.endswith((".", "!")):
        yield "ends like a sentence"
    if re.match("(error|warning|note):", text):
        yield "has a severity of its own"
    if "\\n" in text:
        yield "has more lines than one"
    if len(text) > LONGEST:
        yield f"is longer than {LONGEST}"
    for banned in BANNED:
        if re.search(banned, text):
            yield f"has {banned!r}"


def main():
    wrong, seen = [], 0
    for path in sorted(path for half in ("core", "cmd") for path in pathlib.Path(half).rglob("*.c")):
        for line, text in literals(without_comments(path.read_text())):
            seen += 1
            wrong += [f'{path}:{line}: {fault}: "{text}"' for fault in faults(text)]
    if seen < 50:
        wrong.append(f"only {seen} messages: is this still how they are made?")
    print("\n".join(wrong))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
