"""Guidelines in the studio and for their readers, page by page."""

import re
from datetime import timedelta

import pytest

from lms.guidelines import catalog, drafting, wording
from lms.guidelines.models import GuidelineVersion

ROOM = "/studio/guidelines/how-we-speak"
WORDS = {
    "title_en": "Ask before you promise",
    "body_en": "Promise **nothing**.",
    "line_en": "",
    "title_nl": "Vraag eerst",
    "body_nl": "Beloof niets.",
    "line_nl": "",
}


@pytest.fixture
def author(make):
    make.guideline()
    return make.person("Dana", roles=["author"])


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1]


def test_a_duty_goes_from_draft_over_sign_off_to_the_page_of_a_learner(session, author, make, client_for):
    writer, learner = client_for(author), client_for(make.person("Bob", tier="manager", country="BE"))
    lawyer = client_for(make.person("Lena", roles=["legal"]))
    assert "There is no draft" in writer.get(ROOM).text
    assert writer.submit(f"{ROOM}/draft").status_code == 303
    added = writer.submit(f"{ROOM}/new/duty", WORDS | {"tier": "manager", "country": "be", "topic": "results"})
    assert added.status_code == 303
    page = writer.get(f"{ROOM}/words").text
    head = {
        "title_en": "How we speak",
        "body_en": "Dear all.",
        "line_en": "A duty is new.",
        "seen": hidden(page, "seen"),
    }
    head |= {"title_nl": "Hoe wij spreken", "body_nl": "Beste allen.", "line_nl": "Er is een plicht bij."}
    assert writer.submit(f"{ROOM}/words", head).status_code == 303
    assert "legal role" in writer.get(f"{ROOM}/publish").text
    room = lawyer.get(ROOM).text
    assert "Ask before you promise" in room
    assert lawyer.get(f"{ROOM}/clauses/D5").status_code == 403
    assert lawyer.submit(f"{ROOM}/sign", {"decision": "changes", "digest": hidden(room, "digest")}).status_code == 422
    assert lawyer.submit(f"{ROOM}/sign", {"decision": "agreed", "digest": hidden(room, "digest")}).status_code == 303
    page = writer.get(f"{ROOM}/publish").text
    fields = {"change": "material", "digest": hidden(page, "digest"), "accept_by_on": hidden(page, "accept_by_on")}
    fields |= {"effective_on": hidden(page, "effective_on")}
    assert writer.submit(f"{ROOM}/publish", fields | {"effective_on": "2001-01-01"}).status_code == 422
    assert writer.submit(f"{ROOM}/publish", fields).status_code == 303
    page = learner.get("/guidelines/how-we-speak")
    assert "Ask before you promise" in page.text
    assert "Version 1" in page.text
    sent = {"agree": "yes", "language": "en", "sha256": hidden(page.text, "sha256")}
    assert learner.submit("/guidelines/how-we-speak", sent).status_code == 303
    page = learner.get("/guidelines/how-we-speak").text
    proof = re.search(r'href="(/guidelines/how-we-speak/accepted/\d+)"', page)[1]
    assert "Promise **nothing**." in learner.get(proof).text
    assert "Proven" in learner.get(proof).text
    assert writer.get(proof).status_code == 404


def test_the_public_reads_what_is_for_everybody_unless_it_asks(session, author, client_for, anonymous):
    writer = client_for(author)
    writer.submit(f"{ROOM}/draft")
    writer.submit(f"{ROOM}/new/duty", WORDS | {"tier": "manager"})
    row = session.get_one(GuidelineVersion, drafting.get(session, "how-we-speak").version_id)
    assert anonymous.get("/guidelines/how-we-speak?version=2").status_code == 404
    row.published_at = catalog.read(session, row.id - 1).published_at
    page = anonymous.get("/guidelines/how-we-speak").text
    assert "Ask before you promise" not in page.split('id="others"')[0]
    assert "Ask before you promise" in page.split('id="others"')[1], "folded at the end"
    assert "Ask before you promise" not in anonymous.get("/guidelines/how-we-speak/print").text
    assert "Ask before you promise" in anonymous.get("/guidelines/how-we-speak?tier=manager").text
    assert "Ask before you promise" in anonymous.get("/guidelines/how-we-speak/print?tier=manager").text
    older = anonymous.get("/guidelines/how-we-speak?version=1").text
    assert "This is an older version" in older
    assert anonymous.get("/guidelines/how-we-speak?version=99999999999").status_code == 404


def test_what_two_authors_typed_is_both_kept(session, author, make, client_for):
    first, second = client_for(author), client_for(make.person("Tom", roles=["author"]))
    first.submit(f"{ROOM}/draft")
    seen = hidden(first.get(f"{ROOM}/clauses/D2").text, "seen")
    assert first.submit(f"{ROOM}/clauses/D2", WORDS | {"seen": seen, "title_en": "Mine"}).status_code == 303
    page = second.submit(f"{ROOM}/clauses/D2", WORDS | {"seen": seen, "title_en": "Yours"})
    assert page.status_code == 409
    assert 'value="Yours"' in page.text
    assert "What was saved meanwhile" in page.text
    assert "Mine" in page.text
    again = WORDS | {"seen": hidden(page.text, "seen"), "title_en": "Yours"}
    assert second.submit(f"{ROOM}/clauses/D2", again).status_code == 303
    assert drafting.get(session, "how-we-speak").clause("D2").titles["en"] == "Yours"


def test_a_wrong_clause_keeps_what_was_typed(author, client_for, session):
    writer = client_for(author)
    writer.submit(f"{ROOM}/draft")
    page = writer.submit(f"{ROOM}/new/duty", WORDS | {"body_en": "See [D99](clause:D99).", "country": "xx"})
    assert page.status_code == 422
    assert "See [D99](clause:D99)." in page.text
    page = writer.submit(f"{ROOM}/new/duty", WORDS | {"body_en": "See [D99](clause:D99)."})
    assert page.status_code == 422
    assert "Clause D99 is named here but does not exist" in page.text
    assert len(drafting.get(session, "how-we-speak").clauses) == 3


def test_two_versions_are_compared_and_none_with_itself(session, author, client_for):
    writer = client_for(author)
    writer.submit(f"{ROOM}/draft")
    writer.submit(f"{ROOM}/clauses/D4/remove")
    seen = wording.clause_digest(drafting.get(session, "how-we-speak").clause("D2"))
    writer.submit(f"{ROOM}/clauses/D2", WORDS | {"seen": seen})
    page = writer.get(f"{ROOM}/compare?old=2&new=1").text
    assert '<del class="was">' in page
    assert '<ins class="is">' in page
    assert "Leaves" in page
    for numbers in ("old=1&new=1", "old=1&new=7", "old=1&new=99999999999", "old=x&new=1"):
        assert writer.get(f"{ROOM}/compare?{numbers}").status_code == 404


def test_a_learner_has_no_way_into_the_drafts(author, make, client_for):
    client_for(author).submit(f"{ROOM}/draft")
    learner = client_for(make.person("Charlie"))
    for page in ("", "/preview", "/compare?old=1&new=2", "/words", "/publish", "/clauses/D2"):
        assert learner.get(f"{ROOM}{page}").status_code == 403
    assert learner.submit(f"{ROOM}/sign", {"decision": "agreed"}).status_code == 403


def test_a_new_guideline_begins_empty_and_is_published_as_its_first_version(author, make, client_for, anonymous):
    writer, lawyer = client_for(author), client_for(make.person("Lena", roles=["legal"]))
    fields = {"title_en": "At events", "title_nl": "Op beurzen", "slug": "At events"}
    refused = writer.submit("/studio/guidelines", fields)
    assert refused.status_code == 422
    assert "small letters, digits and hyphens" in refused.text
    assert "Op beurzen" in refused.text
    assert writer.submit("/studio/guidelines", fields | {"slug": "how-we-speak"}).status_code == 409
    room = "/studio/guidelines/at-events"
    assert writer.submit("/studio/guidelines", fields | {"slug": "at-events"}).location == room
    assert "Write at least one clause." in writer.get(room).text
    assert anonymous.get("/guidelines/at-events").status_code == 404
    words = {"title_en": "Ask the host", "body_en": "First.", "title_nl": "Vraag het", "body_nl": "Eerst."}
    writer.submit(f"{room}/new/duty", words)
    page = lawyer.get(room).text
    assert "what changed since" not in page
    lawyer.submit(f"{room}/sign", {"decision": "agreed", "digest": hidden(page, "digest")})
    page = writer.get(f"{room}/publish").text
    today = catalog.today()
    days = {"effective_on": today.isoformat(), "accept_by_on": (today + timedelta(days=30)).isoformat()}
    answer = writer.submit(f"{room}/publish", days | {"change": "material", "digest": hidden(page, "digest")})
    assert answer.status_code == 303, answer.text
    assert "Ask the host" in anonymous.get("/guidelines/at-events").text
