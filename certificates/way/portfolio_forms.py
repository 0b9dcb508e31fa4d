"""The shape of what people tell about their posts, and of what a coach says of them."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from certificates import days, vocabulary
from certificates.way.contributions import LONGEST_ADDRESS, LONGEST_WORDS
from lms.base.forms import Form


class TellForm(Form):
    """Something that somebody posted."""

    words = TextAreaField(
        _l("What was it about?"),
        [InputRequired(_l("Say in a few words what you posted.")), Length(max=LONGEST_WORDS)],
    )
    url = StringField(_l("Address of the post, if it has one"), [Length(max=LONGEST_ADDRESS)])
    channel = SelectField(_l("Channel"), validate_choice=False)
    posted_on = DateField(_l("Day"), [InputRequired(_l("Choose the day on which you posted it."))])
    sample = BooleanField(_l("Ask a coach to look at it: for my portfolio"))

    def prepare(self) -> "TellForm":
        """With the channels to choose from in the reader's language, and today as the day to begin with."""
        self.channel.choices = vocabulary.choices("channel", without=frozenset({"own"}))
        if self.posted_on.data is None and not self.posted_on.raw_data:
            self.posted_on.data = days.today()
        return self


class VerdictForm(Form):
    """What a coach finds of a post."""

    verdict = RadioField(_l("Your verdict"), choices=[("good", _l("Good")), ("not_yet", _l("Not yet"))])
    remark = TextAreaField(_l("What helps"), [Length(max=LONGEST_WORDS)])
