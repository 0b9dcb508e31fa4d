"""A quiz with a question of each kind that is about words: for the tests of these kinds."""

from pathlib import Path

LANGUAGES = ("en", "nl")
SECRETS = ("SECRET-EXPLANATION", "SECRET-WHY", "guarantee", "refund", "i work for acme")
"""What must not be seen while an attempt is open: reasons, and the words that rules look for."""
PHRASES = ("Great news:", "we will beat every forecast", "this quarter,", "says my boss.")
CHECKS = {
    "a": ("has", "I work for ACME\n#acme*"),
    "b": ("lacks", "guarantee*\nwe promise"),
    "c": ("lacks", "refund"),
}
STATEMENTS = ("I have read the guideline.", "I say for whom I work.")
GOOD = "Sorry, Karel. I work for ACME: write me, and I look into it today."
BAD = "Sorry, Karel. We promise you a REFUND, guaranteed."


def write(folder: Path, *, coach: bool = False) -> Path:
    """Write the files of the quiz. `coach`: a coach reads what is rewritten."""
    rules = ('slug = "principles"', 'course = "principles"', "version = 1", "pass_mark = 80", "questions_drawn = 3")
    words = ("minutes = 25", "[title]", 'en = "Words"', 'nl = "Woorden"', "[intro]", 'en = "Words."', 'nl = "Woorden."')
    (folder / "quiz.toml").write_text("\n".join((*rules, *words)) + "\n", encoding="utf-8")
    (folder / "questions.toml").write_text("\n".join(_structure(coach)) + "\n", encoding="utf-8")
    for language in LANGUAGES:
        (folder / f"{language}.toml").write_text("\n".join(_words(coach)) + "\n", encoding="utf-8")
    return folder


def _structure(coach: bool) -> list[str]:
    spot = '{key="a", right=false}, {key="b", right=true, crosses=true}, {key="c", right=false}, {key="d", right=true}'
    found = ", ".join(f'{{key="{key}", rule="{rule}", crosses={_red(key)}}}' for key, (rule, _) in CHECKS.items())
    criteria = ['criteria = [{key="tone", most=4}, {key="facts", most=4}]'] if coach else []
    return [
        *(_head("spot", red=True), f"choices = [{spot}]"),
        *(_head("rewrite"), "options = { shortest = 20, longest = 200 }", *criteria, f"choices = [{found}]"),
        *(_head("attest", red=True), 'choices = [{key="a"}, {key="b"}]'),
    ]


def _red(key: str) -> str:
    return "true" if key == "c" else "false"


def _head(kind: str, *, red: bool = False) -> str:
    flag = "true" if red else "false"
    return f'[[question]]\nkey = "{kind}"\nversion = 1\nkind = "{kind}"\nred_line = {flag}\nclauses = ["D2"]'


def _words(coach: bool) -> list[str]:
    post = 'post = { name = "Karel V.", place = "Forum", time = "Monday 09:12"%s }'
    lines = [*_spoken("spot"), post % ""]
    lines += [line for key, text in zip("abcd", PHRASES, strict=True) for line in _choice("spot", key, text)]
    lines += [*_spoken("rewrite"), post % ', text = "We promise you your money back."']
    lines += [line for key, (_, text) in CHECKS.items() for line in _choice("rewrite", key, text)]
    if coach:
        lines += ["[rewrite.criteria.tone]", 'title = "Tone"', 'guide = "4: warm"']
        lines += ["[rewrite.criteria.facts]", 'title = "Facts"', 'guide = "4: right"']
    lines += _spoken("attest")
    for key, text in zip("ab", STATEMENTS, strict=True):
        lines += [f"[attest.choices.{key}]", f'text = "{text}"']
    return lines


def _spoken(key: str) -> list[str]:
    return [f"[{key}]", f'stem = "Stem of {key}"', f'explanation = "SECRET-EXPLANATION of {key}"']


def _choice(question: str, key: str, text: str) -> list[str]:
    return [f"[{question}.choices.{key}]", f'text = """{text}"""', f'why = "SECRET-WHY of {key}"']
