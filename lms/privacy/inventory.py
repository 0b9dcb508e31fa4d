"""What is kept about people, by kind: what for, on what legal basis, and for how long.

The basis is the company's statement, to be checked with counsel before use: which of the bases of Art. 6(1) GDPR holds,
and which terms, is for each company to decide. The terms are those the product comes with.
"""

from dataclasses import dataclass

from lms.base.errors import N_

CONTRACT = N_("Needed for the contract of employment: Art. 6(1)(b) GDPR")
DUTY = N_("Needed to meet a legal duty: Art. 6(1)(c) GDPR")
INTEREST = N_("Legitimate interest of the company: Art. 6(1)(f) GDPR")


@dataclass(frozen=True)
class Kind:
    """A kind of data: its name, purpose and basis as sentences. `months` is the shipped term; without one it is kept
    as long as what it proves may have to be proved. Only a kind with a term can be given another."""

    key: str
    name: str
    purpose: str
    basis: str
    months: int | None = None
    why_kept: str = ""


PROOF = N_("Kept as proof, without the name once somebody is erased")
HERE = N_("Kept while you work here, and as proof of who was trained after that")
HERS = N_("Kept while you work here, and deleted when somebody is erased")

KINDS = (
    Kind(
        "person",
        N_("Who you are and where you stand in the company"),
        N_("To give the right courses to the right people, and to show managers their own team"),
        CONTRACT,
        why_kept=HERE,
    ),
    Kind(
        "courses",
        N_("Courses, lessons and due days"),
        N_("To teach, to remind in time, and to prove who was trained"),
        CONTRACT,
        why_kept=PROOF,
    ),
    Kind(
        "attempts",
        N_("Attempts at quizzes and your answers"),
        N_("To decide fairly whether a quiz was passed, and to answer an appeal"),
        INTEREST,
        why_kept=PROOF,
    ),
    Kind(
        "permissions",
        N_("Certificates, permissions and accounts you speak through"),
        N_("To know who may speak for the company, on what, and until when"),
        INTEREST,
        why_kept=PROOF,
    ),
    Kind(
        "acceptances",
        N_("Guidelines you accepted"),
        N_("To prove which words were accepted, and when"),
        INTEREST,
        why_kept=PROOF,
    ),
    Kind(
        "audit",
        N_("Who did what: the audit trail"),
        N_("To be able to say who decided what, and that nobody changed it"),
        DUTY,
        why_kept=PROOF,
    ),
    Kind(
        "practice",
        N_("Cards for practicing"),
        N_("To bring back the questions you missed. Nobody but you sees them"),
        INTEREST,
        why_kept=HERS,
    ),
    Kind(
        "written",
        N_("What you wrote: exercises, comments, examples of your work"),
        N_("To learn from each other, and to coach"),
        INTEREST,
        why_kept=PROOF,
    ),
    Kind("absences", N_("Absences"), N_("To stop the clock of due days while you are away"), CONTRACT, 24),
    Kind("accommodations", N_("More time in quizzes"), N_("To give everybody a fair chance"), DUTY, why_kept=HERS),
    Kind("mails", N_("Mail to you"), N_("To tell you what is due, and to prove that you were told"), INTEREST, 12),
    Kind("notices", N_("Messages inside the system"), N_("To tell you the same without mail"), INTEREST, 12),
    Kind("nudges", N_("Friendly words from your manager"), N_("To remind you in person"), INTEREST, 12),
    Kind("reminders", N_("Which reminders went out"), N_("So that nobody is reminded twice"), INTEREST, 24),
    Kind("deputies", N_("Who stood in for whom"), N_("To let a team go on while its manager is away"), CONTRACT, 24),
    Kind(
        "sign_ins",
        N_("Where you are signed in"),
        N_("To let you sign out everywhere"),
        INTEREST,
        why_kept=N_("Gone 30 days after it ended"),
    ),
    Kind("imports", N_("What files from HR changed"), N_("To show and undo what a file changed"), INTEREST, 12),
    Kind(
        "looks",
        N_("Who looked at whom"),
        N_("So that everybody can see who looked at them"),
        INTEREST,
        24,
    ),
    Kind(
        "work",
        N_("What you do for others here"),
        N_("To work with courses, questions and reports"),
        CONTRACT,
        why_kept=HERE,
    ),
)
BY_KEY = {kind.key: kind for kind in KINDS}
