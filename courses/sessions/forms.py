"""The shape of what is entered about live sessions."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, StringField, TimeField
from wtforms.validators import InputRequired, Length, Optional

from courses.sessions import calendar
from courses.sessions.models import LiveSession
from courses.sessions.planning import LONGEST, Plan
from lms.base.forms import Form
from lms.base.i18n import LANGUAGES

_PLACE = Length(max=LONGEST, message=_l("This is longer than 300 letters."))


class PlanForm(Form):
    """A session: its day and times as clocks at the place show them, where it is, and for how many."""

    day = DateField(_l("Day"), [InputRequired(_l("Give the day, such as 2027-03-31."))])
    starts = TimeField(_l("Begins at"), [InputRequired(_l("Give the time at which it begins, such as 09:30."))])
    ends = TimeField(_l("Ends at"), [InputRequired(_l("Give the time at which it ends, such as 10:15."))])
    time_zone = StringField(_l("Time zone of the place"), [InputRequired(_l("Give a time zone."))])
    place = StringField(_l("Place"), [Optional(), _PLACE])
    link = StringField(_l("Link, if it is online"), [Optional(), _PLACE])
    seats = IntegerField(_l("Seats"), [InputRequired(_l("Give the number of seats."))])
    language = SelectField(_l("Language"), choices=list(LANGUAGES.items()))
    host = StringField(_l("Host, by mail address"), [Optional()])

    @classmethod
    def of(cls, found: LiveSession, host_email: str) -> "PlanForm":
        """The form filled with what was planned."""
        where = calendar.zone(found.time_zone)
        starts, ends = found.starts_at.astimezone(where), found.ends_at.astimezone(where)
        return cls(
            formdata=None,
            day=starts.date(),
            starts=starts.time(),
            ends=ends.time(),
            time_zone=found.time_zone,
            place=found.place,
            link=found.link,
            seats=found.seats,
            language=found.language,
            host=host_email,
        )

    def plan(self) -> Plan:
        """What was entered. Raises `Invalid` for a time or zone that is none."""
        where = calendar.zone(self.time_zone.data or "")
        assert self.day.data
        assert self.starts.data
        assert self.ends.data
        return Plan(
            starts_at=calendar.moment_of(self.day.data, self.starts.data, where),
            ends_at=calendar.moment_of(self.day.data, self.ends.data, where),
            time_zone=where.key,
            place=self.place.data or "",
            link=self.link.data or "",
            seats=self.seats.data or 0,
            language=self.language.data or "",
            host_email=self.host.data or "",
        )
