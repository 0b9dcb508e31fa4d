"""The shape of what a holder decides about being found."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from lms.base.forms import Form


class ListedForm(Form):
    """Whether to be found by name in the public search."""

    listed = BooleanField(_l("List me in the public search"))
