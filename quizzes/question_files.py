"""Reading questions from files: their structure in one file, and their words in one file for each language.

What a question may have is what its kind declares. Errors name file and line, at most one for each question.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from lms.base.content import ContentError, Faults, TomlFile
from lms.people.models import TIERS
from quizzes import labels, options
from quizzes.kinds import KINDS
from quizzes.kinds.kind import Kind, Setting
from quizzes.labels import Labels
from quizzes.question_models import PURPOSES
from quizzes.question_words import POST_PARTS, Words
from quizzes.questions import BUCKETS, ChoiceView, CriterionView, Matter, Post, StepView
from quizzes.written import WrittenQuestion

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SHORT_KEY = re.compile(r"[a-z0-9-]{1,20}")
MOST_STEPS, MOST_CRITERIA, MOST_POINTS = 20, 10, 10
OF_LABELS = frozenset("purpose tier difficulty tags always".split())
OF_A_QUESTION = frozenset("key version kind red_line clauses options steps criteria choices".split()) | OF_LABELS
OF_A_CHOICE = frozenset("key credit right crosses bucket step leads_to rule clause".split())
Table = Mapping[str, Any]


def read(structure: TomlFile, words: Mapping[str, TomlFile], complete: tuple[str, ...]) -> tuple[WrittenQuestion, ...]:
    """The questions, in their order. Raises `ContentErrors` with one fault of each question that has any."""
    structure.only(structure.data, {"question"})
    tables = structure.need(structure.data, "question", list)
    if not all(isinstance(table, dict) for table in tables):
        raise structure.wrong("question must be tables, each under [[question]].", "question")
    faults, found, keys = Faults(), dict[str, WrittenQuestion](), set[str]()
    for table in tables:
        with faults.noted():
            key = _key(structure, table, keys)
            keys.add(key)
            spoken = {code: file for code, file in words.items() if code in complete or key in file.data}
            found[key] = _Reader(structure, Words(spoken, key), complete, key, table).question()
    for file in words.values():
        with faults.noted():
            if unknown := [key for key in file.data if key not in keys]:
                message = f"{unknown[0]}: there is no such question in {structure.path.name}."
                raise file.wrong(message, f"[{unknown[0]}")
    faults.refuse()
    return tuple(found.values())


def _key(structure: TomlFile, table: Table, keys: set[str]) -> str:
    key = table.get("key")
    if not isinstance(key, str) or not key:
        raise structure.wrong(f"[[question]]: key is {key!r}; it must be a word in quotes.", "[[question]]")
    if key in keys or not _KEY.fullmatch(key):
        message = "this key is used twice or has more than small letters, digits, hyphens"
        raise _wrong(structure, key, message, last=True)
    return key


def _wrong(structure: TomlFile, key: str, message: str, *, last: bool = False) -> ContentError:
    """An error at the question with this key; `last` for the second one that has it."""
    lines = [number for number, line in enumerate(structure.text.splitlines(), 1) if f'"{key}"' in line]
    line = (lines[-1] if last else lines[0]) if lines else 1
    return ContentError(structure.path, line, f"{key}: {message}.")


class _Reader:
    """Puts the structure and the words of one question together."""

    def __init__(
        self, structure: TomlFile, words: Words, complete: tuple[str, ...], key: str, table: dict[str, Any]
    ) -> None:
        self.structure, self.words, self.complete = structure, words, complete
        self.key, self.table = key, table

    def question(self) -> WrittenQuestion:
        self.structure.only(self.table, OF_A_QUESTION, self.key)
        name = self._text(self.table, "kind")
        if name not in KINDS:
            raise self._wrong(f"kind is {name!r}; it must be one of {', '.join(KINDS)}")
        kind = KINDS[name]
        stems, explanations = self.words.phrases("stem"), self.words.phrases("explanation")
        steps, criteria = tuple(self._steps(kind)), tuple(self._criteria(kind))
        clauses = self._clauses()
        choices, found = tuple(self._choices(kind, {step.key for step in steps}, clauses)), self._options(kind)
        if problem := kind.problem(Matter(choices, found, steps, criteria)):
            raise self._wrong(problem.rstrip("."))
        red_line = self._flag(self.table, "red_line")
        posts = self._posts(kind)
        self.words.nothing_else()
        return WrittenQuestion(
            key=self.key,
            kind=name,
            red_line=red_line,
            clauses=clauses,
            stems=stems,
            posts=posts,
            explanations=explanations,
            choices=choices,
            options=found,
            steps=steps,
            criteria=criteria,
            labels=self._labels(red_line),
        )

    def _tables(self, name: str, names: frozenset[str], least: int, most: int) -> list[dict[str, Any]]:
        """A list of tables with a key each; how many there may be is between `least` and `most`."""
        tables = self.table.get(name, [])
        if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
            raise self._wrong(f"{name} must be a list of tables")
        for one in tables:
            self.structure.only(one, names, self.key)
            if not _SHORT_KEY.fullmatch(key := self._text(one, "key")):
                raise self._wrong(f"the key {key!r} in {name} may have up to 20 small letters, digits and hyphens")
        if len({one["key"] for one in tables}) < len(tables):
            raise self._wrong(f"two {name} have the same key")
        self.words.no_others(name, {one["key"] for one in tables}, self.structure.path.name)
        if not least <= len(tables) <= most:
            raise self._wrong(f"there must be {least} to {most} {name}" if most else f"this kind has no {name}")
        return tables

    def _steps(self, kind: Kind) -> Iterator[StepView]:
        for one in self._tables("steps", frozenset({"key"}), 0, MOST_STEPS if kind.has_steps else 0):
            names, texts = self.words.of("steps", one["key"], may=("name",), must=("text",))
            yield StepView(one["key"], {code: words for code, words in names.items() if words}, texts)

    def _criteria(self, kind: Kind) -> Iterator[CriterionView]:
        most = MOST_CRITERIA if kind.has_criteria else 0
        for one in self._tables("criteria", frozenset({"key", "most"}), 0, most):
            points = one.get("most")
            if type(points) is not int or not 1 <= points <= MOST_POINTS:
                raise self._wrong(f"most of {one['key']} is {points!r}; it must be 1 to {MOST_POINTS} points")
            guides, titles = self.words.of("criteria", one["key"], may=("guide",), must=("title",))
            yield CriterionView(0, one["key"], points, titles, guides)

    def _choices(self, kind: Kind, steps: set[str], clauses: tuple[str, ...]) -> Iterator[ChoiceView]:
        for one in self._tables("choices", OF_A_CHOICE, kind.fewest, max(kind.most, len(kind.keys))):
            choice = ChoiceView(
                key=one["key"],
                bucket=self._bucket(one),
                credit=self._credit(kind, one),
                crosses=self._flag(one, "crosses") if "crosses" in one else False,
                texts={},
                whys={},
                step=self._step_of(kind, one, steps),
                leads_to=self._step(one, "leads_to", steps) if "leads_to" in one else None,
                rule=self._text(one, "rule") if "rule" in one else None,
                clause=self._clause(kind, one, clauses) if "clause" in one else None,
            )
            must = kind.needs(choice)
            may = tuple(part for part in ("text", "why", "partner") if part not in must)
            found = self.words.of("choices", choice.key, may=may, must=must)
            spoken = dict(zip((*may, *must), found, strict=True))
            if not kind.has_partners and any(spoken["partner"].values()):
                raise self._wrong(f"choice {choice.key} has a partner, which this kind does not know")
            partners = {code: words for code, words in spoken["partner"].items() if words}
            yield replace(choice, texts=spoken["text"], whys=spoken["why"], partners=partners)

    def _credit(self, kind: Kind, choice: Table) -> int:
        """The credit that is said, or the one that all choices of this bucket and rule have."""
        if "right" in choice:
            return 100 if self._flag(choice, "right") else 0
        if "credit" not in choice and (implied := implied_credit(kind, choice.get("bucket"), choice.get("rule"))) >= 0:
            return implied
        credit = choice.get("credit")
        if type(credit) is not int or not 0 <= credit <= 100:
            raise self._wrong(f"credit of choice {choice['key']} is {credit!r}; it must be 0 to 100")
        return credit

    def _bucket(self, choice: Table) -> str | None:
        if "bucket" in choice and choice["bucket"] not in BUCKETS:
            raise self._wrong(f"bucket must be one of {', '.join(BUCKETS)}")
        return choice.get("bucket")

    def _step(self, choice: Table, name: str, steps: set[str]) -> str:
        step = self._text(choice, name)
        if step not in steps:
            raise self._wrong(f"{name} of choice {choice['key']} is {step!r}; there is no such step")
        return step

    def _step_of(self, kind: Kind, choice: Table, steps: set[str]) -> str | None:
        if kind.has_steps:
            return self._step(choice, "step", steps)
        if "step" in choice:
            raise self._wrong(f"choice {choice['key']} has a step, which this kind does not know")
        return None

    def _options(self, kind: Kind) -> dict[str, str]:
        given = self.table.get("options", {})
        if not isinstance(given, dict):
            raise self._wrong("options must be a table")
        settings = {setting.name: setting for setting in kind.settings()}
        self.structure.only(given, settings, f"options of {self.key}")
        return {name: self._option(setting, given) for name, setting in settings.items()}

    def _option(self, setting: Setting, given: Table) -> str:
        value = given.get(setting.name, setting.default)
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise self._wrong(f"{setting.name} is {value!r}; it must be words in quotes or a number")
        kept = options.plain(setting, str(value))
        if kept is None:
            raise self._wrong(f"{setting.name} is {value!r}. {options.wanted(setting).rstrip('.')}")
        return kept

    def _labels(self, red_line: bool) -> Labels:
        tags = self.structure.words(self.table, "tags", self.key)
        kept = labels.tags_in(tags)
        if labels.wrong_tags(kept) or len(kept) > labels.MOST_TAGS:
            message = f"tags are up to {labels.MOST_TAGS} words of up to {labels.LONGEST_TAG} letters, without commas"
            raise self._wrong(message)
        always = self._flag(self.table, "always") if "always" in self.table else False
        if always and not red_line:
            raise self._wrong("always is for red-line questions")
        return Labels(
            purpose=self._one_of("purpose", PURPOSES) or "exam",
            tier=self._one_of("tier", TIERS),
            difficulty=self._one_of("difficulty", labels.DIFFICULTIES),
            tags=kept,
            always=always,
        )

    def _one_of(self, name: str, values: tuple[Any, ...]) -> Any:
        value = self.table.get(name)
        if name in self.table and (value not in values or isinstance(value, bool)):
            raise self._wrong(f"{name} is {value!r}; it must be one of {', '.join(map(str, values))}")
        return value

    def _clauses(self) -> tuple[str, ...]:
        codes = self.table.get("clauses")
        if not isinstance(codes, list) or not codes or not all(isinstance(code, str) for code in codes):
            raise self._wrong('clauses must name at least one clause, such as ["D2"]')
        return tuple(dict.fromkeys(codes))

    def _clause(self, kind: Kind, choice: Table, clauses: tuple[str, ...]) -> str:
        code = self._text(choice, "clause")
        if not kind.reasons:
            raise self._wrong(f"choice {choice['key']} has a clause, which this kind does not know")
        if code not in clauses:
            message = f"clause of choice {choice['key']} is {code!r}; it must be one of {', '.join(clauses)}"
            raise self._wrong(message)
        return code

    def _posts(self, kind: Kind) -> dict[str, Post]:
        posts = self.words.posts(kind.post_parts, needed=kind.needs_post)
        if posts and not posts.keys() >= set(self.complete):
            raise self._wrong("the post does not stand in all its languages")
        return {code: Post(*(post[part] for part in POST_PARTS)) for code, post in posts.items()}

    def _text(self, table: Table, name: str) -> str:
        value = table.get(name)
        if not isinstance(value, str) or not value:
            raise self._wrong(f"{name} is {value!r}; it must be a word in quotes")
        return value

    def _flag(self, table: Table, name: str) -> bool:
        value = table.get(name)
        if not isinstance(value, bool):
            raise self._wrong(f"{name} is {value!r}; it must be true or false")
        return value

    def _wrong(self, message: str) -> ContentError:
        return _wrong(self.structure, self.key, message)


def implied_credit(kind: Kind, bucket: Any, rule: Any) -> int:
    """The credit of a choice with this bucket and rule, where its kind leaves no other; else -1."""
    credits = {marking.credit for marking in kind.markings() if (marking.bucket, marking.rule) == (bucket, rule)}
    if not kind.markings():
        return 100
    return credits.pop() if len(credits) == 1 else -1
