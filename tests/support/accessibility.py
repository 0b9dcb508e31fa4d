"""axe-core on a page, in light and in dark."""

from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
RULES: dict[str, Any] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
COLORS = RULES | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""What can differ between light and dark, where nothing but colors does: test_architecture.py sees to that."""

RUN = "rules => axe.run(rules).then(results => results.violations)"
_AXE = Axe()


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it stands, in light and dark, a line for each."""
    found = []
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(_AXE.axe_script)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for violation in page.evaluate(RUN, COLORS if scheme == "dark" else RULES):
            found += [f"{scheme}: {violation['id']}: {_place(node)}" for node in violation["nodes"]]
    return found


def _place(node: dict[str, Any]) -> str:
    return f"{' '.join(map(str, node['target']))}: {node['failureSummary'].splitlines()[-1].strip()}"
