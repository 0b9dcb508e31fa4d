"""Who in the demo company asked for which permission, when, and who agreed."""

from dataclasses import dataclass

from certificates.standing import Scope
from lms.demo.scopes import BOARD, BRAND, CARE, FORUM, OFFERS

COURSE_BEFORE = "Trained and examined by the agency that ran our pilot, before the university began."
SESSION_OF_THE_BOARD = "Learned it in the board's own session with the social media hub and legal."


@dataclass(frozen=True)
class Asked:
    """A request for a permission: asked so many days ago, and who says yes when, in order."""

    days_ago: int
    key: str
    level: str
    scope: Scope
    reason: str
    yes: tuple[tuple[int, str], ...] = ()
    recognized: str = ""
    """Why courses of the level need not be taken, where somebody learned them elsewhere."""


REQUESTS = (
    Asked(
        318,
        "ana",
        "L2",
        CARE,
        "Ana answers the questions about repairs that nobody else can.",
        ((312, "bob"), (310, "hugo")),
    ),
    Asked(
        190,
        "nadia",
        "L2",
        BRAND,
        "Nadia runs our accounts on LinkedIn and Mastodon.",
        ((188, "hugo"), (186, "nora")),
    ),
    Asked(
        124,
        "lotte",
        "L2",
        FORUM,
        "Lotte moderates the forum in the evening.",
        ((122, "daan"), (120, "hugo")),
        recognized=COURSE_BEFORE,
    ),
    Asked(
        60,
        "eva",
        "L2",
        BOARD,
        "People want to hear from the chief executive herself where we go.",
        ((57, "victor"), (56, "hugo")),
        recognized=SESSION_OF_THE_BOARD,
    ),
    Asked(6, "nadia", "regulated", OFFERS, "Nadia announces the winter campaign to installers.", ((3, "hugo"),)),
    Asked(3, "ahmed", "L2", FORUM, "Ahmed runs the community forum and wants to answer there."),
)
