"""A live thread in several turns: each reply decides what the other one says next."""

from lms.base.i18n import gettext
from quizzes.kinds.steps import Steps


class Thread(Steps):
    """A talk online. Steps say who writes and what; choices are the replies."""

    layout = "thread"

    def name(self) -> str:
        return gettext("Live thread: each reply decides what comes next")


KIND = Thread()
