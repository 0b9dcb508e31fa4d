"""Whom conditions fit, in the database and tested against one person."""

from collections.abc import Sequence
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.assignments import dry_run, matching
from lms.assignments.drafts import Condition, RuleDraft
from lms.people.models import Person
from tests.make import Make

C = Condition
TABLE: list[tuple[Sequence[Condition], str]] = [
    ((), "ann bea cas dan"),
    ((C("country", "BE"),), "ann bea"),
    ((C("country", "BE"), C("country", "NL")), "ann bea cas"),
    ((C("country", "BE", negated=True),), "cas"),  # not who has none: nothing is guessed
    ((C("country", "BE", negated=True), C("country", "NL", negated=True)), ""),
    ((C("country", "BE"), C("tier", "manager")), "bea"),
    ((C("unit", "Benelux"),), "ann bea"),
    ((C("unit", "Benelux/Care"),), "bea"),
    ((C("unit", "bene"),), ""),  # no beginning of a word, and no other case
    ((C("unit", "benelux"),), ""),
    ((C("unit", "Benelux", negated=True),), "cas"),  # not who is in no unit
    ((C("unit", "A_B%"),), "cas"),
    ((C("role", "author"),), "cas"),
    ((C("role", "author", negated=True), C("tier", "staff")), "ann dan"),
    ((C("hired_after", "2020-06-01"),), "bea"),
    ((C("hired_before", "2020-06-01"),), "ann"),
    ((C("hired_after", "2020-06-01", negated=True),), "ann cas"),
    ((C("hired_before", "2020-06-02"), C("hired_after", "2020-05-31")), "cas"),
    ((C("location", "Antwerp"), C("language", "nl")), "ann"),
    ((C("level", "L1"),), "ann"),
    ((C("level", "L1", negated=True), C("country", "BE")), "bea"),
]


@pytest.fixture
def crowd(make: Make) -> dict[str, Person]:
    make.levels()
    gone = {"family_name": "Gone", "status": "left"}
    make.person("Eve", country="BE", hire_date=date(2022, 1, 1), **gone)
    crowd = {
        "ann": make.person(
            "Ann",
            country="BE",
            unit=make.unit("Benelux"),
            hire_date=date(2019, 1, 1),
            location="Antwerp",
            language="nl",
        ),
        "bea": make.person(
            "Bea", country="BE", unit=make.unit("Benelux/Care"), tier="manager", hire_date=date(2021, 1, 1)
        ),
        "cas": make.person("Cas", country="NL", unit=make.unit("A_B%"), roles=("author",), hire_date=date(2020, 6, 1)),
        "dan": make.person("Dan", hire_date=None),
    }
    make.unit("AxBy")
    make.certificate(crowd["ann"])
    make.certificate(crowd["bea"], status="suspended")
    return crowd


def test_the_database_and_the_test_of_one_person_agree_on_who_fits(session: Session, crowd: dict[str, Person]) -> None:
    for conditions, names in TABLE:
        fits = matching.condition(conditions)
        found = session.scalars(select(Person.given_name).where(matching.works_here(), fits).order_by(Person.id))
        assert [one.lower() for one in found] == names.split(), conditions
        assert matching.matches(session, RuleDraft("A rule", 1, conditions=tuple(conditions))) == len(names.split())
        tested = {name: matching.test(session, conditions, one.id).fits for name, one in crowd.items()}
        assert [name for name, fit in tested.items() if fit] == names.split(), conditions


def test_each_condition_is_shown_with_what_the_person_has(session: Session, crowd: dict[str, Person]) -> None:
    conditions = (
        C("unit", "Benelux"),
        C("tier", "manager", negated=True),
        C("level", "L1"),
        C("hired_after", "2018-01-01"),
    )
    draft = RuleDraft("A rule", 1, conditions=conditions)
    tested = dry_run.test_person(session, draft, crowd["bea"].id)
    said = {one.field: (one.holds, one.has) for one in tested.conditions}
    assert not tested.fits
    assert said == {
        "unit": (True, ("Benelux/Care",)),
        "tier": (False, ("manager",)),
        "level": (False, ()),
        "hired_after": (True, ("2021-01-01",)),
    }
    lacks = dry_run.test_person(session, draft, crowd["dan"].id)
    assert [one.missing for one in lacks.conditions if one.field == "hired_after"] == [True]
