"""What is stored runs nothing: every attack, cleaned and shown, in a real browser without any policy to help."""

from playwright.sync_api import Browser

from lms.base.richtext import clean, display
from tests.base.test_richtext import ATTACKS, NAUGHTY

PAGE = "<!doctype html><html lang=en><title>x</title><script>window.hits = 0; window.hit = window.alert = () => hits++"


def test_no_attack_runs_in_a_browser(browser: Browser):
    context = browser.new_context()
    page = context.new_page()
    for start in range(0, len(ATTACKS) + len(NAUGHTY), 40):
        some = (ATTACKS + NAUGHTY)[start : start + 40]
        shown = "".join(f"<div>{display(clean(attack))}</div>" for attack in some)
        page.set_content(f"{PAGE}</script><body>{shown}</body></html>")
        page.evaluate("document.querySelectorAll('*').forEach(one => one.dispatchEvent(new MouseEvent('mouseover')))")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        page.wait_for_timeout(50)
        assert page.evaluate("window.hits") == 0, some
    context.close()


def test_the_test_itself_would_notice(browser: Browser):
    page = browser.new_page()
    page.set_content(f"{PAGE}</script><body><img src=x onerror=hit()></body></html>")
    page.wait_for_function("window.hits > 0")
    page.close()
