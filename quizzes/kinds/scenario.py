"""A post from outside: what do you do? One best answer, others may earn half."""

from lms.base.i18n import gettext
from quizzes.kinds.single import Single


class Scenario(Single):
    """A single choice about a post."""

    needs_post = True

    def name(self) -> str:
        return gettext("What do you do? One best answer about a post")


KIND = Scenario()
