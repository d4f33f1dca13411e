#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""words.py: what people read uses the field's words, in sentences of at most 25 words.

Checks README, docs/pages, docs/*.md, the help in the program's tables, the literals given to message functions, and the
comments of C and Python sources. Prints FILE:LINE: what is wrong, and exits with 1. Code, tables and quoted output are
exempt from the limit on sentences."""
import ast
import io
import pathlib
import re
import subprocess
import sys
import tokenize

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORDS_MAX = 25

# Words to avoid, and their replacements.
BANNED = {
    r"told|tells?": "reported, shown, prints",
    r"not to be had|to be had|could not be had": "unavailable",
    r"so often|so many|so much": "every SECONDS, N, SIZE",
    r"(?:is|are|was|be) held|holders?": "delayed, pending, several processes",
    r"(?:is|are|was|be) taken|takes? it for": "used, accepted, mistaken for",
    r"crossed out|passed over": "excluded, skipped",
    r"who comes from": "coming from",
    r"given up|gives? up": "dropped, abandoned",
    r"goes on|go on|going on": "continues",
    r"let go": "dropped",
    r"looked at|looks? at it": "read, checked",
    r"in vain": "fails",
    r"strangers?": "an unrelated process",
    r"whoever|whosoever|nobody needed": "the process that",
    r"sent again|sends? again": "retransmitted",
    r"thrown away|throws? away": "dropped, discarded",
    r"made of": "reconstructed from",
    r"(?:is|are) there\b(?! (?:a|an|no|any|more)\b)": "exists, is available",
    r"beside it|nothing beside": "peer, no other file",
    r"in the middle of another": "re-entered",
    r"no room": "full",
    r"(?:is|are) missed": "missing",
    r"most first": "largest first",
    r"commas between": "separated by commas",
    r"(?:do|does) not give|gives? none": "unavailable",
    r"(?:is|are) judged": "matched, classified",
    r"usual(?:ly)?": "default",
    r"by itself, and": "separately",
}
# In comments also these.
BANNED_IN_COMMENTS = {
    r"not known": "unknown",
    r"nobody|somebody|anybody": "no process, a process, another user",
    r"left out|leaves? out|leaving out": "omitted, excluded",
    r"cut off": "truncated",
    r"beside": "next to, besides",
    r"by (?:itself|themselves)": "alone, separately, without a signal",
    r"hears?|heard": "receives, reads",
    r"good until": "valid until",
    r"there is none": "none",
    r"(?:says?|said) (?:why|what|whether|so)": "reports, returns",
    r"all the same": "still",
    r"to be (?:seen|said|printed)": "visible, reported",
    r"hand(?:s|ed)? over": "passes, passed on",
    r"goes by|go by": "depends on, compares",
    r"is in force|are in force": "applies",
}
BANNED, BANNED_IN_COMMENTS = (
    [(re.compile(rf"\b(?:{words})\b", re.I), better) for words, better in table.items()]
    for table in (BANNED, BANNED_IN_COMMENTS)
)

MESSAGES = r"print_error|print_warning|print_note|error_set|session_fail|fatal|refuse|traffic_fail|bug"
HELP = r"\.help\s*=|\.summary\s*=|\.optional\s*=|\.lacks(?:\[\d\])?\s*=|\.loses\s*=|\.(?:doc|about|note)\s*="
LITERAL = r'"(?:[^"\\\n]|\\.)*"(?:\s*(?:PRI\w+\s*)?"(?:[^"\\\n]|\\.)*")*'

wrong = []


def check_words(where, text, banned=BANNED):
    for pattern, better in banned:
        for found in pattern.finditer(text):
            wrong.append(f'{where}: "{found.group()}": write {better}: {text.strip()[:70]}')


def plain(text):
    """The text without code, links and the mark of a list."""
    text = re.sub(r"`[^`]*`", "CODE", text)
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"^\s*(?:-|\d+\.)\s+", "", text)


def check_sentences(where, text, ends=r"[.!?](?:\s+|$)"):
    for sentence in re.split(ends, plain(text)):
        words = [word for word in sentence.split() if re.search(r"\w", word)]
        # A list of names is no sentence: "10.0.0.0/8, 172.16.0.0/12, ...".
        if len(words) > WORDS_MAX and sentence.count(",") < len(words) / 4:
            wrong.append(f"{where}: {len(words)} words in a sentence: {sentence[:70]}")


def check_text(path):
    """A page or a Markdown file, by paragraph: consecutive lines are one, and an item of a list is one."""
    name, fenced, start, paragraph = path.relative_to(ROOT), False, 0, ""

    def end():
        nonlocal paragraph
        if paragraph and not (path.name == "kernels.md" and paragraph.startswith("- ")):  # quotes messages
            check_sentences(f"{name}:{start}", paragraph)
        paragraph = ""

    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("```"):
            fenced = not fenced
        skip = fenced or line.startswith(("```", "\t", "@", "<!--"))
        if not skip:
            check_words(f"{name}:{number}", re.sub(r"`[^`]*`", "CODE", line))
        if skip or not line or line.startswith(("|", "= ", "== ", "#", "-", "*")):
            end()
        if not skip and line and not line.startswith(("|", "= ", "== ", "#")):
            start = start if paragraph else number
            paragraph += ("" if not paragraph else " ") + line
    end()


def literal(text):
    return "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', text)).replace("\\n", " ").replace('\\"', '"').replace("\\v", " ")


def check_source(path):
    text, name = path.read_text(), path.relative_to(ROOT)
    for found in re.finditer(rf"(?:\b(?:{MESSAGES})\([^\";]*?|(?:{HELP})\s*)({LITERAL})", text):
        where = f"{name}:{text.count(chr(10), 0, found.start(1)) + 1}"
        check_words(where, literal(found.group(1)))
        # "what failed: why (what to do)": each part is a sentence, and so is each state of a list of values.
        check_sentences(where, literal(found.group(1)), r"[.!?:;(]+(?:\s+|$)|[;(]")
    # Options of every tool, of doctor and traffic, and examples: every phrase in a table.
    for found in re.finditer(rf"(?<![\w(])({LITERAL})", text):
        phrase = literal(found.group(1))
        if phrase.count(" ") > 1 and name.parts[0] in ("cmd", "core") and "%" not in phrase:
            check_words(f"{name}:{text.count(chr(10), 0, found.start(1)) + 1}", phrase)


def comments_of_c(text):
    for found in re.finditer(r"""\"(?:[^"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)+'|/\*.*?\*/""", text, re.S):
        if found.group().startswith("/*"):
            yield text.count("\n", 0, found.start()) + 1, re.sub(r"(?m)^\s*\* ?", "", found.group()[2:-2])


def comments_of_python(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node):
            yield node.body[0].lineno, ast.get_docstring(node)
    start, end, block = 0, (0, 0), ""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and token.start == (end[0] + 1, end[1]):
            end, block = token.start, f"{block}\n{token.string[2:]}"
        elif token.type == tokenize.COMMENT:
            yield start, block
            start, end, block = token.start[0], token.start, token.string[2:]
    yield start, block


def check_comments(name, comments):
    """A paragraph is prose, unless its lines are indented: those are a table or an example."""
    for number, comment in comments:
        prose = re.sub(r"(?m)^ {2,}.*$", "", comment)
        prose = re.sub(r'`[^`]*`|"[^"\n]*"|[\w.]+\(\)|[\w/.]+\.[ch]\b', "CODE", prose)
        check_words(f"{name}:{number}", prose, BANNED + BANNED_IN_COMMENTS)
        for paragraph in re.split(r"\n\s*\n", prose):
            text = re.sub(r"\([^()]*\)", "", " ".join(paragraph.split()))
            check_sentences(f"{name}:{number}", text, r"[.!?:;](?:\s+|$)")


def is_python(path):
    return path.suffix == ".py" or (not path.suffix and path.read_bytes()[:30].startswith(b"#!/usr/bin/python3"))


def main():
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    for file in files:
        path = ROOT / file
        if file == "README.md" or re.fullmatch(r"docs/(pages/\w[\w-]*\.txt|[\w-]+\.md)", file):
            check_text(path)
        elif re.fullmatch(r"(core|cmd)/.*\.[ch]", file):
            check_source(path)
        if path.suffix in (".c", ".h"):
            check_comments(file, comments_of_c(path.read_text()))
        elif is_python(path):
            check_comments(file, comments_of_python(path.read_text()))
    print("\n".join(dict.fromkeys(wrong)) or "words: the field's, in short sentences")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
