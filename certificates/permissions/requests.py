"""Asking for a permission, and deciding about it: everybody whom the level names says yes, or one says no."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from certificates import awards, days, history, ladder
from certificates.ladder import LevelView
from certificates.models import Authorization, AuthorizationScope, Certificate
from certificates.permissions import coverage, deciders, giving, holds, letters
from certificates.permissions.deciders import needed_roles
from certificates.permissions.models import Approval
from certificates.permissions.waiting import Decision, Waiting, waiting_for
from certificates.standing import Scope
from certificates.way import requirements
from lms.base import audit, clock
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.base.i18n import day, gettext
from lms.people.models import Person

__all__ = ["Decision", "Waiting", "decide", "needed_roles", "open_request", "waiting_for", "withdraw"]

REASON_LETTERS = 20
"""So many letters a good business reason has at least."""
GIVEN = "Approved by everybody whom the level names."
WITHDRAWN = "Taken back by who asked."
APPROVED = "Everybody agreed."
STILL_MISSING = "Everybody agreed; something that the level asks for is missing. It begins by itself when that is done."


def open_request(
    session: Session, person_id: int, level_code: str, *, scope: Scope, reason: str, by_id: int
) -> Authorization:
    """Ask for a permission: somebody for herself, or the hub for her (always so for a level by appointment).

    `scope` lies within what the level can give; `reason` is the good business reason, 20 letters or more.
    Raises `NotFound`, `Forbidden`, `Invalid` (scope, reason) and `Conflict` (asked already, something missing).
    """
    level = ladder.level(session, level_code)
    reason = " ".join(reason.split())
    _may_ask(session, level, person_id, by_id)
    if len(reason) < REASON_LETTERS:
        raise Invalid(
            gettext(
                "Say in %(count)s letters or more what the company gains when this is allowed.", count=REASON_LETTERS
            )
        )
    coverage.check(level.scope, scope)
    holds.lock(session, [person_id])
    person = session.get_one(Person, person_id, populate_existing=True)
    _may_be_asked_for(session, person, level, scope, by_id)
    authorization = _requested(person_id, level, scope, reason, by_id)
    session.add(authorization)
    history.record(session, authorization, "requested", reason, by_id)
    asked = deciders.asked(session, person_id, by_id)
    letters.asked(session, authorization, level, deciders.approvers_of(session, asked, needed_roles(level, scope)))
    return authorization


def decide(
    session: Session,
    authorization_id: int,
    role: str,
    decision: str,
    *,
    by_id: int,
    remark: str = "",
    scope: Scope | None = None,
) -> Authorization:
    """Decide about a request in a role that it needs: "approved" or "declined" (then with a remark).

    The last yes gives the permission, with its certificate; a no ends the request. `scope` narrows what was asked for,
    and never widens it. Nobody decides about herself, about what she opened for another, or twice about one request.
    Raises `NotFound`, `Forbidden`, `Invalid` and `Conflict` (decided meanwhile: it says by whom).
    """
    if decision not in ("approved", "declined"):
        raise Invalid(gettext("Choose between yes and no."))
    authorization, asked = _locked(session, authorization_id)
    level = ladder.by_id(session, authorization.level_id)
    _may_decide(session, authorization, needed_roles(level, asked), role, by_id)
    remark = " ".join(remark.split())
    if decision == "declined" and not remark:
        raise Invalid(gettext("Say why not, so that it can be put right."))
    if decision == "approved" and scope is not None and scope != asked:
        coverage.check(asked, scope)
    session.add(
        Approval(
            authorization_id=authorization_id, role=role, decision=decision, by_id=by_id, at=clock.now(), remark=remark
        )
    )
    session.flush()
    audit.record(
        session, f"{decision} a request", f"authorization:{authorization_id}", actor_id=by_id, role=role, remark=remark
    )
    if decision == "declined":
        history.record(session, authorization, "declined", remark, by_id)
        letters.declined(session, authorization_id)
        return authorization
    if scope is not None and scope != asked:
        _narrow(session, authorization, scope, by_id)
    _give_when_agreed(session, authorization, level, needed_roles(level, scope or asked), by_id)
    return authorization


def withdraw(session: Session, authorization_id: int, *, by_id: int) -> None:
    """Take back a request, by who asked or whom it is for. Raises `NotFound`, and `Conflict` when it was decided."""
    authorization, _ = _locked(session, authorization_id)
    if by_id not in (authorization.person_id, authorization.requested_by_id):
        raise NotFound
    if authorization.status not in ("requested", "approved"):
        raise Conflict(gettext("This request was decided meanwhile."))
    history.record(session, authorization, "declined", WITHDRAWN, by_id)


def give_approved(session: Session) -> int:
    """Give what everybody agreed to as soon as nothing that the level asks for is missing. For the night."""
    given = 0
    for number in session.scalars(select(Authorization.id).where(Authorization.status == "approved")).all():
        authorization, _ = _locked(session, number)
        if authorization.status == "approved":
            given += _give(session, authorization, ladder.by_id(session, authorization.level_id), None)
    return given


def _may_ask(session: Session, level: LevelView, person_id: int, by_id: int) -> None:
    if level.retired or level.granted_by_rule or not level.gives_authorization:
        raise Invalid(gettext("This level cannot be asked for."))
    if by_id != person_id and "hub" not in deciders.roles_of(session, by_id):
        raise Forbidden(gettext("Only the social media hub asks for somebody else."))
    if by_id == person_id and level.by_appointment:
        raise Forbidden(gettext("This level is by appointment: only the social media hub can ask for it, for others."))


def _may_be_asked_for(session: Session, person: Person, level: LevelView, scope: Scope, by_id: int) -> None:
    if person.status == "left":
        raise Conflict(gettext("%(name)s does not work here any more.", name=person.name))
    mine = session.scalars(
        select(Authorization)
        .where(Authorization.person_id == person.id, Authorization.level_id == level.id)
        .options(selectinload(Authorization.scope))
    ).all()
    statuses = {one.status for one in mine}
    if not statuses.isdisjoint(("requested", "approved")):
        raise Conflict(gettext("This was asked for already. It waits for an answer."))
    if "revoked" in statuses and by_id == person.id:
        raise Conflict(
            gettext("This permission was withdrawn for good. Only the social media hub can ask for it anew.")
        )
    for held in mine:
        if held.status in ("active", "suspended"):
            _not_too_early(held, level, scope)
    if not requirements.met(session, person, level, renewal=_has_certificate(session, person.id, level.id)):
        raise Conflict(
            gettext("Something that this level asks for is still missing. It stands on the page of the level.")
        )


def _not_too_early(held: Authorization, level: LevelView, scope: Scope) -> None:
    """A renewal opens some days before the end; something wider can be asked for at any time."""
    opens_on = held.ends_on - timedelta(days=level.renew_days)
    covered = Scope.of((row.dimension, row.value) for row in held.scope)
    if days.today() < opens_on and not coverage.outside(covered, scope):
        raise Conflict(
            gettext(
                "This is allowed already, until %(end)s. It can be renewed from %(start)s on.",
                end=day(held.ends_on),
                start=day(opens_on),
            )
        )


def _requested(person_id: int, level: LevelView, scope: Scope, reason: str, by_id: int) -> Authorization:
    """The request. Its term is that of the level until it is given: then it is that of the certificate."""
    return Authorization(
        person_id=person_id,
        level_id=level.id,
        status="requested",
        reason=reason,
        requested_by_id=by_id,
        starts_on=days.today(),
        ends_on=days.months_after(days.today(), level.valid_months),
        may_reply=level.may_reply,
        may_commit=level.may_commit,
        may_in_crisis=level.may_in_crisis,
        preapproval=level.preapproval,
        scope=[AuthorizationScope(dimension=dimension, value=value) for dimension, value in scope.pairs()],
    )


def _locked(session: Session, authorization_id: int) -> tuple[Authorization, Scope]:
    """A permission and its scope, its person locked first. Raises `NotFound`."""
    person_id = session.scalar(select(Authorization.person_id).where(Authorization.id == authorization_id))
    if person_id is None:
        raise NotFound
    holds.lock(session, [person_id])
    found = session.get_one(Authorization, authorization_id, populate_existing=True, with_for_update=True)
    return found, scope_of(session, found)


def scope_of(session: Session, authorization: Authorization) -> Scope:
    """The scope of a permission that is in force."""
    rows = select(AuthorizationScope.dimension, AuthorizationScope.value).where(
        AuthorizationScope.authorization_id == authorization.id, AuthorizationScope.revision == authorization.revision
    )
    return Scope.of((dimension, value) for dimension, value in session.execute(rows))


def _may_decide(session: Session, authorization: Authorization, needed: tuple[str, ...], role: str, by_id: int) -> None:
    if by_id == authorization.person_id:
        raise Forbidden(gettext("Nobody decides about herself."))
    if by_id == authorization.requested_by_id:
        raise Forbidden(gettext("You opened this request, so somebody else decides about it."))
    asked = deciders.asked(session, authorization.person_id, authorization.requested_by_id)
    if role not in needed or not asked.may_decide_as(role, by_id, deciders.roles_of(session, by_id)):
        raise Forbidden(gettext("This request needs another colleague's decision."))
    made = session.execute(
        select(Approval.role, Approval.by_id, Person.given_name, Person.family_name)
        .join(Person, Person.id == Approval.by_id)
        .where(Approval.authorization_id == authorization.id)
        .order_by(Approval.id)
    ).all()
    if authorization.status != "requested" or role in {row.role for row in made}:
        name = next((f"{row.given_name} {row.family_name}" for row in made if row.role == role), "")
        last = name or (f"{made[-1].given_name} {made[-1].family_name}" if made else "")
        raise Conflict(_meanwhile(last.strip()))
    if by_id in {row.by_id for row in made}:
        raise Conflict(gettext("You have decided about this request in another role. Here somebody else decides."))


def _meanwhile(name: str) -> str:
    if name:
        return gettext("This was decided meanwhile, by %(name)s.", name=name)
    return gettext("This request was decided meanwhile.")


def _narrow(session: Session, authorization: Authorization, scope: Scope, by_id: int) -> None:
    add_revision(session, authorization, scope)
    history.record(session, authorization, "requested", "The scope was narrowed.", by_id)


def add_revision(session: Session, authorization: Authorization, scope: Scope) -> None:
    """Put another scope in force. The caller records it in the history."""
    authorization.revision += 1
    session.add_all(
        AuthorizationScope(
            authorization_id=authorization.id, revision=authorization.revision, dimension=dimension, value=value
        )
        for dimension, value in scope.pairs()
    )
    session.flush()
    session.expire(authorization, ["scope"])


def _give_when_agreed(
    session: Session, authorization: Authorization, level: LevelView, needed: tuple[str, ...], by_id: int
) -> None:
    agreed = session.scalars(select(Approval.role).where(Approval.authorization_id == authorization.id))
    if not set(needed) <= set(agreed):
        return
    history.record(session, authorization, "approved", APPROVED, by_id)
    if not _give(session, authorization, level, by_id):
        history.record(session, authorization, "approved", STILL_MISSING)


def _give(session: Session, authorization: Authorization, level: LevelView, by_id: int | None) -> bool:
    """Give what was approved, unless something is missing meanwhile. Says whether it was given."""
    if authorization.certificate_id is None:
        person = session.get_one(Person, authorization.person_id)
        renewal = _has_certificate(session, person.id, level.id)
        if not requirements.met(session, person, level, renewal=renewal):
            return False
        certificate = awards.issue(session, person, level, scope=scope_of(session, authorization))
        authorization.certificate_id = certificate.id
        authorization.ends_on = certificate.valid_until
    giving.give(session, authorization, GIVEN, by_id)
    return True


def _has_certificate(session: Session, person_id: int, level_id: int) -> bool:
    held = select(Certificate.id).where(Certificate.person_id == person_id, Certificate.level_id == level_id)
    return session.scalar(held.limit(1)) is not None
