"""From draft to published version: who may, what is refused, and what is kept."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.search.models import SearchEntry
from lms.base import clock
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.guidelines import (
    attestations,
    catalog,
    comparing,
    drafting,
    loading,
    proofs,
    publishing,
    shelf,
    signoffs,
    wording,
)
from lms.guidelines.entries import ClauseEntry, Words
from lms.guidelines.models import GuidelineVersion
from lms.guidelines.publishing import Choice
from lms.people.models import Person

SLUG = "how-we-speak"


@pytest.fixture
def author(make) -> Person:
    make.guideline()
    return make.person("Dana", roles=["author"])


@pytest.fixture
def lawyer(make) -> Person:
    return make.person("Lena", roles=["legal"])


def entry(title: str = "Ask before you promise", body: str = "Promise **nothing** alone.", **more) -> ClauseEntry:
    words = {"en": Words(title, body, "Prices too."), "nl": Words("Vraag eerst", "Beloof *niets* alleen.", "Ook niet.")}
    return ClauseEntry(more.pop("red_line", False), words, **more)


def say_what_changed(session: Session, author: Person) -> None:
    draft = drafting.get(session, SLUG)
    words = {code: Words(draft.titles[code], draft.intro_sources[code], "A duty is new.") for code in draft.titles}
    drafting.save_head(session, SLUG, author.id, words, wording.head_digest(draft))


def changed_draft(session: Session, author: Person, **more) -> str:
    drafting.open_draft(session, SLUG, author.id)
    code = drafting.add_clause(session, SLUG, author.id, "duty", entry(**more))
    say_what_changed(session, author)
    return code


def digest(session: Session) -> str:
    return wording.digest(drafting.get(session, SLUG))


def publish(session: Session, author: Person, lawyer: Person, choice: Choice | None = None) -> int:
    signoffs.sign(session, SLUG, lawyer.id, "agreed", digest(session), "")
    today = catalog.today()
    choice = choice or Choice(True, today, today + publishing.TIME_TO_ACCEPT)
    return publishing.publish(session, SLUG, author.id, choice, digest(session))


def test_a_draft_is_a_copy_of_the_newest_version_and_there_is_one(session, author):
    draft = drafting.open_draft(session, SLUG, author.id)
    assert draft.number == 2
    assert draft.clause("D2").sources["en"] == "Say who you are, in the post itself: more about that."
    assert comparing.changed_codes(catalog.live(session), draft) == ()
    assert drafting.open_draft(session, SLUG, author.id).version_id == draft.version_id
    assert catalog.live(session).number == 1
    with pytest.raises(NotFound):
        catalog.version(session, draft.version_id)


def test_a_new_clause_gets_a_code_that_no_version_has_had(session, author):
    drafting.open_draft(session, SLUG, author.id)
    assert drafting.add_clause(session, SLUG, author.id, "duty", entry()) == "D5"
    assert drafting.add_clause(session, SLUG, author.id, "freedom", entry()) == "F2"
    drafting.remove_clause(session, SLUG, author.id, "D4")
    drafting.move_clause(session, SLUG, author.id, "D5", up=True)
    found = drafting.get(session, SLUG)
    assert [clause.code for clause in found.duties] == ["D5", "D2"]
    assert found.clause("D5").bodies["en"].strip() == "<p>Promise <strong>nothing</strong> alone.</p>"
    assert "## D5 Ask before you promise\n\nPromise **nothing** alone.\n\nPrices too." in found.wholes["en"]
    assert found.sha256s["en"] == wording.sha256(found.wholes["en"])


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (entry(title=""), "Give it a title in English"),
        (entry(title="x" * 201), "longer than 200"),
        (entry(body="![a](media:nothing)"), "English, line 1"),
        (entry(body="[D9](clause:D99)"), "Clause D99 is named here but does not exist"),
        (entry(country="zz"), "Choose a country"),
        (entry(tier="king"), "whom the clause is for"),
        (entry(touches=frozenset({("channel", "Not a code")})), "channels and topics"),
        (ClauseEntry(False, {"en": Words("T", "B"), "nl": Words("", "Zonder titel")}), "title in Nederlands too"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(session, author, wrong, sentence):
    drafting.open_draft(session, SLUG, author.id)
    with pytest.raises(Invalid, match=sentence):
        drafting.add_clause(session, SLUG, author.id, "duty", wrong)


def test_nobody_saves_over_words_she_has_not_seen(session, author, make):
    drafting.open_draft(session, SLUG, author.id)
    seen = wording.clause_digest(drafting.get(session, SLUG).clause("D2"))
    drafting.save_clause(session, SLUG, author.id, "D2", entry("First"), seen)
    with pytest.raises(drafting.Stale):
        drafting.save_clause(session, SLUG, make.person("Tom").id, "D2", entry("Second"), seen)
    assert drafting.get(session, SLUG).clause("D2").titles["en"] == "First"


def test_a_draft_can_say_again_what_the_newest_version_says(session, author):
    changed_draft(session, author)
    drafting.start_over(session, SLUG, author.id)
    assert comparing.same(drafting.newest(session, SLUG), drafting.get(session, SLUG))


def test_a_version_is_published_with_a_legal_sign_off_of_its_exact_words(session, author, lawyer, make):
    changed_draft(session, author)
    today = catalog.today()
    choice = Choice(True, today, today + timedelta(days=14))
    with pytest.raises(Invalid, match="legal role"):
        publishing.publish(session, SLUG, author.id, choice, digest(session))
    signoffs.sign(session, SLUG, make.person("Hugo", roles=["hub"]).id, "agreed", digest(session), "")
    with pytest.raises(Invalid, match="legal role"):
        publishing.publish(session, SLUG, author.id, choice, digest(session))
    signoffs.sign(session, SLUG, lawyer.id, "agreed", digest(session), "")
    drafting.add_clause(session, SLUG, author.id, "freedom", entry())
    with pytest.raises(Invalid, match="legal role"):
        publishing.publish(session, SLUG, author.id, choice, digest(session))
    assert publish(session, author, lawyer, choice) == 2
    found = catalog.live(session)
    assert (found.number, found.material, found.accept_by_on) == (2, True, choice.accept_by_on)
    assert session.scalar(select(SearchEntry.id).where(SearchEntry.clause == "D5"))
    with pytest.raises(Conflict, match="no draft"):
        drafting.add_clause(session, SLUG, author.id, "duty", entry())


def test_who_wrote_some_of_it_does_not_sign_it_off(session, author, make):
    changed_draft(session, author)
    both = make.person("Both", roles=["author", "legal"])
    drafting.move_clause(session, SLUG, both.id, "D5", up=True)
    with pytest.raises(Forbidden, match="Somebody else"):
        signoffs.sign(session, SLUG, both.id, "agreed", digest(session), "")


def test_a_wish_for_changes_stops_publishing_until_the_words_are_others(session, author, lawyer, make):
    changed_draft(session, author)
    hub = make.person("Hugo", roles=["hub"])
    with pytest.raises(Invalid, match="what should be changed"):
        signoffs.sign(session, SLUG, hub.id, "changes", digest(session), "")
    signoffs.sign(session, SLUG, hub.id, "changes", digest(session), "Too long.")
    with pytest.raises(Invalid, match="Too long"):
        publish(session, author, lawyer)
    with pytest.raises(Conflict, match="after you opened"):
        signoffs.sign(session, SLUG, hub.id, "agreed", "0" * 64, "")
    drafting.move_clause(session, SLUG, author.id, "D5", up=True)
    assert publish(session, author, lawyer) == 2


def test_half_a_version_is_not_published(session, author, lawyer):
    drafting.open_draft(session, SLUG, author.id)
    with pytest.raises(Invalid, match="says the same as version 1"):
        publish(session, author, lawyer)
    words = {"en": Words("Only English", "So far.")}
    drafting.add_clause(session, SLUG, author.id, "duty", ClauseEntry(False, words))
    with pytest.raises(Invalid, match="Without words in Nederlands: D5"):
        publish(session, author, lawyer)


def test_a_new_clause_is_never_mere_words(session, author, lawyer):
    changed_draft(session, author)
    with pytest.raises(Invalid, match="that changes the rules"):
        publish(session, author, lawyer, Choice(False, catalog.today()))


def test_a_version_holds_from_its_day_on(session, author, lawyer):
    changed_draft(session, author)
    later = catalog.today() + timedelta(days=10)
    with pytest.raises(Invalid, match="day in the past"):
        publish(session, author, lawyer, Choice(True, catalog.today() - timedelta(days=1), later))
    publish(session, author, lawyer, Choice(True, later, later + timedelta(days=30)))
    assert catalog.live(session).number == 1
    assert catalog.live_on(session, later).number == 2
    assert shelf.guideline(session, SLUG).coming.number == 2
    assert not session.scalar(select(SearchEntry.id).where(SearchEntry.clause == "D5"))
    with clock.frozen(clock.now() + timedelta(days=11)):
        assert catalog.live(session).number == 2
        assert catalog.live_on(session, later - timedelta(days=1)).number == 1


def test_better_words_need_not_be_accepted_again_but_other_rules_do(session, author, lawyer, people):
    first = catalog.live(session)
    attestations.accept(session, people.alice.id, first.version_id, "en")
    drafting.open_draft(session, SLUG, author.id)
    seen = wording.clause_digest(drafting.get(session, SLUG).clause("D2"))
    drafting.save_clause(session, SLUG, author.id, "D2", entry(red_line=True), seen)
    say_what_changed(session, author)
    publish(session, author, lawyer, Choice(False, catalog.today()))
    second = catalog.live(session)
    assert second.number == 2
    assert attestations.in_force(session, people.alice.id, second)
    assert not attestations.in_force(session, people.bob.id, second)
    attestations.accept(session, people.alice.id, second.version_id, "en")
    assert attestations.material_counts(session, [people.alice.id], SLUG) == {people.alice.id: 1}
    changed_draft(session, author)
    publish(session, author, lawyer)
    third = catalog.live(session)
    assert not attestations.in_force(session, people.alice.id, third)
    attestations.accept(session, people.alice.id, third.version_id, "nl")
    assert attestations.in_force(session, people.alice.id, third)
    assert attestations.material_counts(session, [people.alice.id], SLUG) == {people.alice.id: 2}
    assert attestations.material_counts(session, [people.bob.id], SLUG) == {}


def test_what_was_accepted_is_the_text_for_her_tier_and_country_and_can_be_proved(session, author, lawyer, make):
    changed_draft(session, author, tier="manager", country="be")
    publish(session, author, lawyer)
    live = catalog.live(session)
    boss = make.person("Bob", tier="manager", country="BE")
    other = make.person("Eva", tier="manager", country="NL")
    kept = {}
    for person in (boss, other):
        attestations.accept(session, person.id, live.version_id, "en")
        mine = proofs.mine(session, person.id, live.version_id)
        assert mine.in_force
        assert proofs.proves(session, mine.attestation.id)
        kept[person.id] = proofs.proof(session, mine.attestation.id)
    assert "Ask before you promise" in kept[boss.id].text
    assert "Ask before you promise" not in kept[other.id].text
    assert "Say who you are" in kept[other.id].text
    assert kept[boss.id].attestation.text_sha256 != kept[other.id].attestation.text_sha256
    everybody = attestations.exact_text(live, "en", "staff", "")
    assert everybody.sha256 == kept[other.id].attestation.text_sha256


def test_without_limited_clauses_the_exact_text_is_the_whole(session, make):
    version = make.guideline()
    view = catalog.version(session, version.id)
    exact = attestations.exact_text(view, "nl", "executive", "BE")
    assert (exact.text, exact.sha256) == (view.wholes["nl"], view.sha256s["nl"])
    assert attestations.exact_text(view, "fr", "staff", "") is None


def test_a_comparison_says_what_is_new_what_changed_and_what_leaves(session, author):
    code = changed_draft(session, author)
    seen = wording.clause_digest(drafting.get(session, SLUG).clause("D2"))
    drafting.save_clause(session, SLUG, author.id, "D2", entry("Say who you really are", red_line=False), seen)
    drafting.remove_clause(session, SLUG, author.id, "D4")
    draft = drafting.get(session, SLUG)
    found = comparing.compare(catalog.live(session), draft, "en")
    assert {one.code: one.state for one in found.clauses} == {
        "F1": "same",
        "D2": "changed",
        code: "new",
        "D4": "leaves",
    }
    changed = next(one for one in found.clauses if one.code == "D2")
    assert changed.facts == ("It is no red line any more.",)
    assert [piece.words for piece in changed.rows[0].new if piece.kind == "is"] == ["really are"]
    assert comparing.changed_codes(catalog.live(session), draft) == ("D2", code)


def test_the_list_of_guidelines_costs_the_same_for_one_and_for_many(session, make, statements):
    make.guideline()
    statements.clear()
    shelf.guidelines(session)
    one = len(statements)
    for number in range(2, 6):
        make.guideline(number=number)
        make.guideline(f"other-{number}")
    statements.clear()
    assert len(shelf.guidelines(session)) == 5
    assert len(statements) == one


def test_a_draft_of_two_authors_is_one(session, author, make):
    first = drafting.open_draft(session, SLUG, author.id)
    drafting.open_draft(session, SLUG, make.person("Tom", roles=["author"]).id)
    drafts = select(GuidelineVersion.id).where(GuidelineVersion.published_at.is_(None))
    assert session.scalars(drafts).all() == [first.version_id]


def test_files_may_limit_a_clause_and_come_in_french_and_are_left_alone_once_authors_write(session, make, tmp_path):
    folder = Path(shutil.copytree(loading.CONTENT / SLUG, tmp_path / SLUG))
    toml = folder / "guideline.toml"
    limits = (
        'code = "D12"\ntier = "manager"\ncountry = "BE"\ntouches = ["channel:linkedin"]\nnote = { en = "Only here." }'
    )
    words = toml.read_text().replace('code = "D12"', limits)
    toml.write_text(words)
    assert loading.load(session, folder) == "added"
    found = catalog.live(session)
    clause = found.clause("D12")
    assert (clause.tier, clause.country, clause.touches) == ("manager", "be", (("channel", "linkedin"),))
    assert clause.notes == {"en": "Only here."}
    assert set(found.titles) == {"en", "nl", "fr"}
    text = attestations.exact_text(found, "en", "staff", "BE").text
    assert "## D18 " in text and "## D12 " not in text
    assert "## D12 " in attestations.exact_text(found, "en", "manager", "BE").text
    drafting.open_draft(session, SLUG, make.person().id)
    toml.write_text(words.replace("version = 2", "version = 3"))
    assert loading.load(session, folder) == "kept"
