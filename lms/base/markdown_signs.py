"""The signs of Markdown: how words are written so that none of them is taken for one."""

import re

_ALWAYS = re.compile(r"[\\`*\[\]]|&(?=#?\w+;)|<(?=[a-zA-Z/!?])|(?<![^\W_])_|_(?![^\W_])|==+")
_AT_START = re.compile(r"#{1,6}(?=\s|$)|>|[-+](?=\s|$)|[-=+]+\s*$|~~~|:::|[-:|][-:|\s]*$|\d{1,9}(?=[.)](\s|$))")


def code(words: str) -> str:
    """Words as code inside a line."""
    sign = "`" * (max([0, *(len(run) for run in re.findall("`+", words))]) + 1)
    space = " " if words.startswith(("`", " ")) or words.endswith(("`", " ")) else ""
    return f"{sign}{space}{words}{space}{sign}"


def escaped(words: str) -> str:
    """Words inside a line."""
    return _ALWAYS.sub(lambda sign: "".join(f"\\{one}" for one in sign[0]), words)


def _start_escaped(sign: re.Match[str]) -> str:
    return f"{sign[0]}\\" if sign[0].isdigit() else f"\\{sign[0]}"


def target(address: str) -> str:
    """Where a link leads or a picture lies."""
    return f"<{address}>" if re.search(r"[\s()]", address) or not address else address


def title(words: str) -> str:
    """The words behind an address, in quotes; nothing for none."""
    quoted = re.sub(r'[\\"]|&(?=#?\w+;)', r"\\\g<0>", words)
    return f' "{quoted}"' if words else ""


def lines(words: str) -> str:
    """The lines of a paragraph, none of which begins like a heading, a list or the like."""
    return "\n".join(
        _AT_START.sub(_start_escaped, line, count=1) if _AT_START.match(line) else line for line in words.split("\n")
    )


def indented(text: str, first: str, others: str) -> str:
    """Text with a sign before its first line, and as much space, or another sign, before the others."""
    head, *rest = text.split("\n")
    return "\n".join([first + head, *(others + line if line or others.strip() else "" for line in rest)])
