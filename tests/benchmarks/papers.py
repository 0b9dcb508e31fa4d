"""What a certificate on paper costs: the CPU time of one PDF, and of twenty drawn as the worker draws them."""

import json
import time
from typing import Any

from certificates import pdf

AIM = 100.0
WORDS = {
    "name": "Ambassador",
    "allows": "may speak about ACME online, as a colleague.",
    "criteria": "The holder completed the course and accepted the guideline.",
    "disclosure": "Says in each post: I work at ACME.",
    "may": [],
    "never": [],
}
NAMES = ("Ana Peeters", "李小龙", "محمد الأمين", "नरेन्द्र मोदी", "Maria-Theresia von Hohenzollern-Sigmaringen")


def content(name: str) -> dict[str, Any]:
    """A frozen certificate of somebody."""
    scope = (("topic", "Customer service"), ("channel", "LinkedIn"), ("language", "Any language"))
    return {
        "uid": "0" * 32,
        "number": "7K4M92QXAB",
        "holder": {"name": name},
        "company": "ACME",
        "level": {"code": "L1", "rank": 1, "texts": {"en": WORDS}},
        "scope": [{"dimension": kind, "value": "x", "words": {"en": words}} for kind, words in scope],
        "guideline": {"version": 1, "titles": {"en": "How we speak"}},
        "courses": [{"version": 1, "titles": {"en": "Principles"}}],
        "issued_at": "2026-01-12T10:00:00+00:00",
        "valid_from": "2026-01-12",
        "valid_until": "2027-01-12",
    }


def measure() -> None:
    """Print a line for one PDF, the mean of twenty in five scripts after the first."""
    credential = (pdf.Attachment("credential.jwt", "application/vc+jwt", "x" * 3000, "Signed"),)
    for name in NAMES:
        pdf.pdf(content(name), "https://speak.acme.example", credential)
    began = time.process_time()
    for turn in range(20):
        pdf.pdf(content(NAMES[turn % len(NAMES)]), "https://speak.acme.example", credential)
    took = (time.process_time() - began) / 20 * 1000
    line = {"name": "certificate as PDF, CPU", "value": round(took, 2), "unit": "ms", "baseline": AIM}
    print(json.dumps(line | {"ratio": round(took / AIM, 3), "statements": None, "database": None}), flush=True)


if __name__ == "__main__":
    measure()
