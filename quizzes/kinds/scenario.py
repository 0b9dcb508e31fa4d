"""A post from outside: what do you do? One best answer, others may earn half."""

from quizzes.kinds.single import Single


class Scenario(Single):
    """A single choice about a post."""

    needs_post = True


KIND = Scenario()
