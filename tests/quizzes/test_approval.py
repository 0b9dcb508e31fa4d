"""Questions that a reviewer reads before they are drawn."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from courses.models import Course
from courses.review.models import Reviewer, Topic, TopicClause, TopicText
from lms.base.audit import AuditEntry
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.base.outbox import OutboxMessage
from quizzes import papers
from quizzes.authoring import approval, desk, proposals
from quizzes.question_models import Question, QuestionVersion
from tests.quizzes.test_authoring import typed

QUIZ = "principles"


@pytest.fixture
def author(make):
    make.guideline()
    return make.person("Dana", roles=["author"])


@pytest.fixture
def lena(make):
    return make.person("Lena", "Maes", roles=["legal"])


@pytest.fixture
def quiz(session, make, author):
    """D4 belongs to a regulated topic, D2 to one that is not."""
    make.course(QUIZ)
    for place, (key, code, regulated) in enumerate([("personal-data", "D4", True), ("manners", "D2", False)], 1):
        session.add(Topic(key=key, position=place, regulated=regulated))
        session.flush()
        session.add_all([TopicText(key=key, language="en", name=key.capitalize()), TopicClause(key=key, code=code)])
    session.flush()
    return desk.create(session, QUIZ, author.id)


def keep(session, author, opened=0, key=None, clauses=("D4",), **words):
    said = typed(clauses=clauses)
    said = replace(said, words={**said.words, **{f"{name}-en": value for name, value in words.items()}})
    return desk.save_question(session, QUIZ, key, said, opened, author.id)


def only(session) -> Question:
    return session.scalars(select(Question).execution_options(populate_existing=True)).one()


def reviews(session, person, **what) -> None:
    session.add(Reviewer(person_id=person.id, **what))
    session.flush()


def test_what_touches_no_regulated_topic_is_drawn_at_once(session, quiz, author):
    keep(session, author, clauses=("D2",))
    assert only(session).current_id
    assert proposals.waiting(session) == []


def test_what_touches_a_regulated_topic_waits_and_is_drawn_once_it_is_approved(session, quiz, author, lena):
    reviews(session, lena, topic="personal-data")
    keep(session, author)
    question = only(session)
    assert (question.current_id, bool(question.proposed_id)) == (None, True)
    assert desk.desk(session, quiz).pool == ()
    [found] = proposals.waiting(session)
    assert (found.before, found.authors, found.may_be_asked) == (None, {author.id: "Dana Janssen"}, ["Lena Maes"])
    approval.approve(session, question.id, found.version.version_id, lena.id, {"legal"})
    assert only(session).current_id == found.version.version_id
    assert only(session).proposed_id is None
    assert session.scalars(select(AuditEntry.deed).order_by(AuditEntry.id)).all()[-1] == "approved a question"


def test_until_then_the_version_before_is_drawn(session, quiz, author, lena):
    reviews(session, lena, topic="personal-data")
    key = keep(session, author, clauses=("D2",))
    first = only(session).current_id
    keep(session, author, 1, key, ("D2", "D4"))
    assert only(session).current_id == first
    [found] = proposals.waiting(session)
    assert found.before.version_id == first
    assert [one.version_id for one in desk.desk(session, quiz).pool] == [first]


def test_what_leaves_a_regulated_topic_is_read_too(session, quiz, author, lena):
    reviews(session, lena, topic="personal-data")
    key = keep(session, author)
    approval.approve(session, only(session).id, only(session).proposed_id, lena.id, ())
    keep(session, author, 1, key, ("D2",))
    assert only(session).proposed_id
    assert [topic.key for topic in proposals.waiting(session)[0].topics] == ["personal-data"]


def test_nobody_approves_her_own_words_nor_what_she_does_not_review(session, quiz, author, lena, make):
    reviews(session, author, topic="personal-data")
    reviews(session, lena, topic="manners")
    keep(session, author)
    question = only(session)
    for person, roles, sentence in [
        (author, {"author", "administrator"}, "You wrote this"),
        (lena, {"legal"}, "No other reviewer covers"),
        (make.person("Dirk"), {"administrator"}, "No other reviewer covers"),
    ]:
        with pytest.raises(Forbidden, match=sentence):
            approval.approve(session, question.id, question.proposed_id, person.id, roles)


def test_who_wrote_an_earlier_version_of_what_waits_cannot_approve_it(session, quiz, author, lena):
    reviews(session, author, topic="personal-data")
    reviews(session, lena, topic="personal-data")
    key = keep(session, author)
    keep(session, lena, 1, key, stem="Better words")
    [found] = proposals.waiting(session)
    assert set(found.authors) == {author.id, lena.id}
    assert found.may_be_asked == []


def test_a_topic_without_a_reviewer_is_named(session, quiz, author, make):
    keep(session, author)
    [found] = proposals.waiting(session)
    assert "“Personal-data” has no reviewer yet" in found.obstacle(make.person("Eva").id, {"administrator"})


def test_a_reviewer_of_the_course_covers_all_its_topics(session, quiz, author, lena):
    reviews(session, lena, course_id=session.scalars(select(Course.id)).one())
    keep(session, author)
    assert proposals.waiting(session)[0].obstacle(lena.id, ()) == ""


def brought_in(session, author) -> str:
    """A question that no topic claims and that nobody has read, as from a file. Its key."""
    key = keep(session, author, clauses=("D2",))
    question = only(session)
    approval.propose(session, question, question.current_id, author.id)
    question.current_id = None
    session.flush()
    return key


@pytest.mark.parametrize("role", ["administrator", "hub", "legal"])
def test_what_no_topic_claims_is_for_an_administrator_the_hub_or_legal(session, quiz, author, make, role):
    brought_in(session, author)
    [found] = proposals.waiting(session)
    assert "An administrator, the hub or legal" in found.obstacle(make.person("Aude").id, {"auditor", "coach"})
    assert "You wrote this" in found.obstacle(author.id, {role})
    approval.approve(session, found.id, found.version.version_id, make.person("Hugo").id, {role})
    assert only(session).current_id == found.version.version_id


def test_the_hub_finds_what_waits_by_its_menu_and_approves_it(session, quiz, author, make, client_for):
    brought_in(session, author)
    number, version = only(session).id, only(session).proposed_id
    hugo = client_for(make.person("Hugo", roles=["hub"]))
    page = hugo.get("/studio/questions/review").text
    assert re.search(r'<a[^>]*href="/studio/questions/review"[^>]*aria-current="page"[^>]*>\s*Reviews', page)
    assert "/studio/reviews" not in page + hugo.get(f"/studio/questions/review/{number}").text
    assert hugo.submit(f"/studio/questions/review/{number}/approve", {"version": version}).status_code == 303
    assert only(session).current_id == version


@pytest.mark.parametrize("drawn", [False, True])
def test_who_keeps_what_waits_has_the_new_version_wait_in_its_place(
    session, quiz, author, lena, make, client_for, drawn
):
    key = brought_in(session, author)
    question, before = only(session), None
    if drawn:
        approval.approve(session, question.id, question.proposed_id, lena.id, {"legal"})
        before = only(session).current_id
        keep(session, author, 1, key, ("D2",), stem="Brought in once more")
        approval.propose(session, question, desk.newest(session, question.id).id, author.id)
        question.current_id = before
        session.flush()
    newest = desk.newest(session, question.id)
    assert newest.id == only(session).proposed_id
    dana = make.person("Admin", roles=["administrator"])
    page = client_for(dana).get(f"/studio/quizzes/{quiz}/questions/{key}").text
    assert "Until then nothing else is drawn than before." in page
    assert "What you keep is drawn from now on" not in page
    keep(session, dana, newest.number, key, ("D2",), stem="Words that nobody has read")
    kept = desk.newest(session, question.id)
    assert (kept.number, only(session).proposed_id, only(session).current_id) == (newest.number + 1, kept.id, before)
    assert [one.version_id for one in desk.desk(session, quiz).pool] == ([before] if drawn else [])
    entry = session.scalars(select(AuditEntry).where(AuditEntry.actor_id == dana.id).order_by(AuditEntry.id)).all()[-1]
    assert entry.deed == "proposed a question"
    assert "You wrote this" in proposals.get(session, question.id).obstacle(dana.id, {"administrator"})


def test_as_many_are_counted_for_a_person_as_she_can_decide_about(session, quiz, author, lena, make, statements):
    session.add(Topic(key="law", position=3, regulated=True))
    session.flush()
    session.add_all([TopicText(key="law", language="en", name="Law"), TopicClause(key="law", code="F1")])
    reviews(session, lena, topic="personal-data")
    reviews(session, author, topic="personal-data")
    both, course = make.person("Bob"), make.person("Cleo")
    for topic in ("personal-data", "law"):
        reviews(session, both, topic=topic)
    reviews(session, course, course_id=session.scalars(select(Course.id)).one())
    key = keep(session, author, clauses=("D2",))
    keep(session, author, 1, key, ("D2", "D4"))
    keep(session, lena, clauses=("D4", "F1"))
    keep(session, lena, clauses=("F1",))
    brought = session.scalars(select(Question).where(Question.key == keep(session, author, clauses=("D2",)))).one()
    approval.propose(session, brought, brought.current_id, author.id)
    session.flush()
    found, counts = proposals.waiting(session), []
    assert len(found) == 4
    for person in (author, lena, both, course, make.person("Alice")):
        for roles in ({"author"}, {"administrator"}, {"hub", "coach"}, {"legal"}, set()):
            able = [one for one in found if not one.obstacle(person.id, roles)]
            statements.clear()
            counts.append(proposals.count(session, person.id, roles))
            assert (counts[-1], len(statements)) == (len(able), 1), (person.name, roles)
    assert {0, 1, 2, 3, 4} <= set(counts)


def test_the_reviews_say_how_many_questions_wait_for_who_reads_them(session, quiz, author, lena, client_for):
    reader, writer = client_for(lena), client_for(author)
    assert "Nothing is in review" in reader.get("/studio/reviews").text
    brought_in(session, author)
    page = reader.get("/studio/reviews").text
    assert "Nothing is in review" not in page
    assert re.search(r'Questions in review <span class="tag tag-sun">1<span class="vh"> Waiting for you', page)
    assert "Nothing is in review" in writer.get("/studio/reviews").text
    menu = r'<a[^>]*href="/studio/reviews"[^>]*aria-current="page"[^>]*>\s*Reviews'
    assert re.search(menu, reader.get("/studio/questions/review").text)
    assert not re.search(menu, writer.get("/studio/questions/review").text)


def test_a_version_that_has_changed_meanwhile_is_not_approved_unread(session, quiz, author, lena):
    reviews(session, lena, topic="personal-data")
    key = keep(session, author)
    read = only(session).proposed_id
    keep(session, author, 1, key, stem="Other words")
    with pytest.raises(Conflict, match="changed since you opened it"):
        approval.approve(session, only(session).id, read, lena.id, ())
    with pytest.raises(NotFound):
        approval.approve(session, 2147483647, read, lena.id, ())


def test_a_version_is_sent_back_with_words_that_its_author_gets(session, quiz, author, lena, app):
    reviews(session, lena, topic="personal-data")
    key = keep(session, author)
    question = only(session)
    with pytest.raises(Invalid, match="what the author should change"):
        approval.send_back(session, question.id, question.proposed_id, lena.id, (), "  ")
    with app.app_context():
        approval.send_back(session, question.id, question.proposed_id, lena.id, (), "Name no customer.")
    letter = session.scalars(select(OutboxMessage)).one()
    assert letter.recipient == author.email
    assert "Name no customer." in letter.body
    assert f"/studio/quizzes/{quiz}/questions/{key}" in letter.body
    assert (only(session).current_id, only(session).proposed_id) == (None, None)


def test_a_retired_question_stays_retired_until_it_is_brought_back_and_is_read_then(session, quiz, author, lena):
    reviews(session, lena, topic="personal-data")
    key = keep(session, author)
    approval.approve(session, only(session).id, only(session).proposed_id, lena.id, ())
    desk.retire(session, quiz, key, author.id)
    keep(session, author, 1, key, stem="New words")
    assert (only(session).current_id, only(session).proposed_id) == (None, None)
    desk.bring_back(session, quiz, key, author.id)
    assert session.get(QuestionVersion, only(session).proposed_id).number == 2


def test_what_learners_had_comes_back_without_a_reviewer(session, make):
    quiz = make.quiz()
    attempt = make.attempt(make.person("Alice"), quiz)
    version = session.scalars(select(QuestionVersion).join(Question, Question.current_id == QuestionVersion.id)).first()
    asked = {item.question.version_id for item in papers.items(session, attempt)}
    version = session.get(QuestionVersion, min(asked))
    question = session.get(Question, version.question_id)
    session.add(Topic(key="all", position=1, regulated=True))
    session.flush()
    session.add_all(TopicClause(key="all", code=code) for code in ("F1", "D2", "D4"))
    session.flush()
    question.current_id = None
    approval.bring_back(session, question, version, attempt.person_id)
    assert (question.current_id, question.proposed_id) == (version.id, None)


def test_the_list_asks_as_often_for_one_as_for_many(session, quiz, author, lena, statements):
    def asked() -> int:
        session.info["unsettled"].clear()
        session.flush()
        statements.clear()
        proposals.waiting(session)
        return len(statements)

    keep(session, author)
    one = asked()
    for _ in range(4):
        keep(session, author)
    assert asked() == one
    assert len(proposals.waiting(session)) == 5


def test_a_reviewer_reads_compares_approves_and_sends_back_on_pages(session, quiz, author, lena, client_for):
    reviews(session, lena, topic="personal-data")
    key = keep(session, author, clauses=("D2",))
    keep(session, author, 1, key, ("D2", "D4"), explanation="People come first.")
    number, version = only(session).id, only(session).proposed_id
    reader, writer = client_for(lena), client_for(author)
    assert "Waiting for you" in reader.get("/studio/questions/review").text
    assert "Waiting for others" in writer.get("/studio/questions/review").text
    page = reader.get(f"/studio/questions/review/{number}").text
    assert "People come first." in " ".join(
        re.sub("<[^>]+>", " ", page).replace("[put in:]", "").replace("[end]", "").split()
    )
    assert "Approve it" in page
    assert "Approve it" not in writer.get(f"/studio/questions/review/{number}").text
    assert writer.submit(f"/studio/questions/review/{number}/approve", {"version": version}).status_code == 403
    empty = reader.submit(f"/studio/questions/review/{number}/back", {"version": version, "words": ""})
    assert empty.status_code == 422
    assert reader.submit(f"/studio/questions/review/{number}/approve", {"version": "x"}).status_code == 409
    assert reader.submit(f"/studio/questions/review/{number}/approve", {"version": version}).status_code == 303
    assert only(session).current_id == version
    assert "Nothing waits" in reader.get("/studio/questions/review").text
    assert reader.get(f"/studio/questions/review/{number}").status_code == 404


def test_who_reviews_nothing_does_not_come_in(make, client_for, quiz):
    assert client_for(make.person("Alice")).get("/studio/questions/review").status_code == 404
