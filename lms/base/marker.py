"""The marker pen of content files: `==marked words==` in Markdown is `<mark>` in HTML.

A rule of the parser and not a replacement in its result, so that marks work around bold words and links, that `\\==`
is two signs, and that nothing is marked inside code.
"""

from markdown_it import MarkdownIt
from markdown_it.rules_inline.state_inline import Delimiter, StateInline

_SIGN = "="


def install(parser: MarkdownIt) -> MarkdownIt:
    """Teach a Markdown parser marked words."""
    parser.inline.ruler.before("emphasis", "mark", _found)
    parser.inline.ruler2.before("emphasis", "mark", _paired)
    return parser


def _found(state: StateInline, silent: bool) -> bool:
    """Take a run of signs as text that may turn out to open or close a mark."""
    if silent or state.src[state.pos] != _SIGN:
        return False
    run = state.scanDelims(state.pos, True)
    if run.length != 2:
        if run.length > 2:
            state.push("text", "", 0).content = _SIGN * run.length
            state.pos += run.length
        return run.length > 2
    state.push("text", "", 0).content = _SIGN * 2
    state.delimiters.append(
        Delimiter(
            marker=ord(_SIGN), length=0, token=len(state.tokens) - 1, end=-1, open=run.can_open, close=run.can_close
        )
    )
    state.pos += run.length
    return True


def _paired(state: StateInline) -> None:
    """Turn the signs that found a partner into tags."""
    groups = [state.delimiters, *(meta["delimiters"] for meta in state.tokens_meta if meta and "delimiters" in meta)]
    for group in groups:
        for one in group:
            if one.marker == ord(_SIGN) and one.end != -1:
                for place, nesting in ((one.token, 1), (group[one.end].token, -1)):
                    token = state.tokens[place]
                    token.type = "mark_open" if nesting == 1 else "mark_close"
                    token.tag, token.nesting, token.content = "mark", nesting, ""
