"""Which courses the demo company gives to whom by rule: the path of each tier, one after the other."""

from lms.assignments.drafts import Condition

MANAGERS = (Condition("tier", "manager"), Condition("unit", "Benelux"), Condition("unit", "Social media hub"))
EXECUTIVES = (Condition("tier", "executive"),)
SPEAKERS = Condition("level", "L1")
Rule = tuple[int, str, str, int, tuple[Condition, ...], str]
RULES: tuple[Rule, ...] = (
    (190, "Managers: the network", "M1", 60, MANAGERS, "Questions reach you first. Know where each of them belongs."),
    (180, "The board listens", "E1", 60, EXECUTIVES, "Nobody leads a conversation that she has not listened to."),
    (
        160,
        "Who answers customers",
        "S2",
        90,
        (Condition("unit", "Benelux/Customer care"), Condition("tier", "staff"), SPEAKERS),
        "Whoever may speak and works in customer care will be asked for help in public.",
    ),
    (150, "Managers: triage", "M2", 60, MANAGERS, "Not every post needs an answer. Yours decide which ones do."),
    (
        120,
        "Safe accounts for all who speak",
        "S8",
        60,
        (SPEAKERS,),
        "An account that is taken over speaks in your name and in ours.",
    ),
    (100, "Managers: coaching", "M3", 65, MANAGERS, "Your people ask you what a good answer looks like."),
    (80, "The board and its titles", "E2", 75, EXECUTIVES, "A title is heard as the company, also in the evening."),
    (50, "Managers: what to measure", "M4", 75, MANAGERS, "What is counted is done more of. Choose it well."),
    (45, "The board chooses a model", "E3", 75, EXECUTIVES, "The model for the next year is decided in spring."),
    (25, "Managers in the UK", "M1", 90, (MANAGERS[0], Condition("unit", "UK")), "The UK joins the program now."),
    (
        20,
        "Where confidential things lie",
        "S4",
        120,
        tuple(Condition("unit", name) for name in ("Benelux/Finance", "Benelux/People", "Legal")),
        "Figures, contracts and files of colleagues pass through your hands.",
    ),
    (15, "Managers: what you leave closed", "M5", 90, MANAGERS, "What people do in their own time is theirs."),
    (10, "The first hour of a crisis", "E4", 90, EXECUTIVES, "The next drill of the whole company is in spring."),
)
"""How many days ago each was saved, its name, course, days, conditions, and the reason that people read."""
