"""The scope of a permission as boxes to tick: what a level can give, and what was ticked."""

from collections.abc import Iterable

from certificates import authority, vocabulary
from certificates.level_models import DIMENSIONS
from certificates.standing import Scope

Boxes = dict[str, list[tuple[str, str]]]


def boxes(ceiling: Scope) -> Boxes:
    """What can be ticked within a scope for each dimension, for the reader: values ("channel:linkedin") and words.

    Where it has all of a dimension, everything can be chosen, and "all" too; red topics only by name.
    """
    given = dict(ceiling.pairs_by_dimension())
    return {dimension: _of(dimension, given.get(dimension, frozenset())) for dimension in DIMENSIONS}


def ticked(values: Iterable[str]) -> Scope:
    """The scope that was ticked; what is no box is left out."""
    parts = (value.partition(":") for value in values)
    return Scope.of((dimension, code) for dimension, _, code in parts if dimension in DIMENSIONS and code)


def values(scope: Scope) -> frozenset[str]:
    """The boxes that are ticked for a scope."""
    return frozenset(f"{dimension}:{code}" for dimension, code in scope.pairs())


def lines(scope: Scope) -> list[tuple[str, str]]:
    """A scope in words: the name of each dimension and all that is covered in it."""
    names = vocabulary.dimensions()
    return [
        (names[dimension], ", ".join(vocabulary.word(dimension, code) for code in sorted(codes)))
        for dimension, codes in scope.pairs_by_dimension()
        if codes
    ]


def _of(dimension: str, given: frozenset[str]) -> list[tuple[str, str]]:
    codes = sorted(given - {"*"})
    if "*" in given:
        without = authority.RED_TOPICS if dimension == "topic" else frozenset()
        every = [code for code, _ in vocabulary.choices(dimension, without=without)]
        codes = ["*", *every, *(code for code in codes if code not in every)]
    return [(f"{dimension}:{code}", vocabulary.word(dimension, code)) for code in codes]
