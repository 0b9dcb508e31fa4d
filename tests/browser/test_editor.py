"""The lesson editor in a real browser: pasting, pictures, the keyboard, side by side, and after a closed tab."""

import re
import struct
import zlib
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect
from sqlalchemy import select

from courses.models import Course, LessonText
from lms.people.models import Person
from tests.make import Make

pytestmark = pytest.mark.sqlite_only

LESSON = "/studio/principles/lesson-1"
Enter = Callable[..., None]
NewPage = Callable[..., Page]

WORD_ITEM = (
    "<p class=MsoListParagraph style='text-indent:-18.0pt;mso-list:l0 level{level} lfo1'><![if !supportLists]>"
    "<span style='mso-list:Ignore'>{mark}<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;</span></span>"
    "<![endif]>{words}<o:p></o:p></p>"
)
WORD = (
    "<html xmlns:o='urn:schemas-microsoft-com:office:office'><head><style><!-- p.MsoNormal {margin:0cm} --></style>"
    "</head><body lang=EN><!--StartFragment--><p class=MsoTitle>Answering</p>"
    "<p class=MsoNormal style='margin:0cm'><b><span style='color:red'>Read it twice.</span></b><o:p></o:p></p>"
    "<p class=MsoNormal><o:p>&nbsp;</o:p></p><h1>Two moves</h1>"
    + WORD_ITEM.format(level=1, mark="1.", words="Listen")
    + WORD_ITEM.format(level=2, mark="·", words="Before you speak")
    + WORD_ITEM.format(level=1, mark="2.", words="Say who you are")
    + "<table class=MsoTableGrid><tr><td><p class=MsoNormal><b>Reply</b></p></td><td><p><b>Heard</b></p></td></tr>"
    "<tr><td><p class=MsoNormal>Sorry</p></td><td><p>A person</p></td></tr></table>"
    "<p><img src='file:///C:/clip.png'></p><!--EndFragment--></body></html>"
)
PASTE = """([host, html]) => {
    const data = new DataTransfer();
    data.setData('text/html', html);
    data.setData('text/plain', 'words');
    const start = performance.now();
    host.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    return performance.now() - start;
}"""
DROP = """([host, bytes]) => {
    const data = new DataTransfer(), box = host.getBoundingClientRect();
    data.items.add(new File([new Uint8Array(bytes)], 'dog.png', { type: 'image/png' }));
    const place = { clientX: box.left + 40, clientY: box.top + 10 };
    host.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true, ...place }));
}"""


@pytest.fixture
def course(make: Make) -> Course:
    return make.course("principles")


@pytest.fixture
def dana(make: Make, course: Course) -> Person:
    return make.person("Dana", "Smit", roles=("author",))


def text_of(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Text of the lesson")


def open_lesson(page: Page, address: str = LESSON) -> None:
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("data-studio", "ready")


def save(page: Page) -> None:
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_have_text(re.compile("^Saved at"))


def stored(make: Make) -> str:
    make.session.rollback()
    return make.session.scalars(select(LessonText.html).order_by(LessonText.revision.desc()).limit(1)).one()


def paste(page: Page, html: str) -> float:
    text_of(page).click()
    page.keyboard.press("Control+a")
    milliseconds: float = page.evaluate(PASTE, [text_of(page).element_handle(), html])
    return milliseconds


def png(width: int = 60, height: int = 40) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + b"\x2a\x4c\xad" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_what_a_word_processor_brings_becomes_a_clean_lesson(
    page: Page, enter: Enter, dana: Person, make: Make
) -> None:
    enter(dana)
    open_lesson(page)
    paste(page, WORD)
    expect(page.locator("#live")).to_have_text(re.compile("Pictures were left behind"))
    save(page)
    html = stored(make).replace("\n", "")
    assert html == (
        "<h2>Answering</h2><p><strong>Read it twice.</strong></p><h2>Two moves</h2>"
        "<ol><li>Listen<ul><li>Before you speak</li></ul></li><li>Say who you are</li></ol>"
        '<table><thead><tr><th scope="col">Reply</th><th scope="col">Heard</th></tr></thead>'
        "<tbody><tr><td>Sorry</td><td>A person</td></tr></tbody></table>"
    )


def test_200_kB_of_word_do_not_freeze_the_page(page: Page, enter: Enter, dana: Person, make: Make) -> None:
    line = (
        "<p class=MsoNormal style='margin-bottom:0cm;mso-fareast-language:NL'><span lang=NL style='font-size:12.0pt;"
        'font-family:"Arial",sans-serif\'>Line %d of a long text<o:p></o:p></span></p>'
    )
    pasted = "".join(line % number for number in range(1250))
    assert len(pasted) > 200_000
    enter(dana)
    open_lesson(page)
    assert paste(page, pasted) < 10_000
    page.keyboard.press("Control+End")
    page.keyboard.type(" And on.")
    save(page)
    kept = stored(make)
    assert kept.endswith("<p>Line 1249 of a long text And on.</p>")
    assert kept.count("<p>") == 1250
    assert "<p><" not in kept


def test_what_was_not_saved_is_offered_again_in_a_new_tab(
    page: Page, new_page: NewPage, enter: Enter, dana: Person, make: Make, accessible: Callable[[Page], None]
) -> None:
    enter(dana)
    open_lesson(page)
    page.route("**/studio/**", _without_posts)
    text_of(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Not saved yet.")
    page.wait_for_timeout(600)
    page.close()
    again = page.context.new_page()
    again.goto(LESSON)
    note = again.locator("#studio-kept")
    expect(note).to_contain_text(re.compile(r"What you typed here on .+ was not saved yet\."))
    expect(text_of(again)).not_to_contain_text("Not saved yet.")
    accessible(again)
    again.get_by_role("button", name="Restore what I typed").click()
    expect(text_of(again)).to_contain_text("Not saved yet.")
    save(again)
    assert "Not saved yet." in stored(make)
    again.goto(LESSON)
    expect(again.locator("html")).to_have_attribute("data-studio", "ready")
    expect(again.locator("#studio-kept")).to_be_hidden()


def _without_posts(route: Route, request: Request) -> None:
    if request.method == "POST":
        route.abort()
    else:
        route.continue_()


def test_what_is_restored_does_not_overwrite_what_another_saved_since(
    page: Page, new_page: NewPage, enter: Enter, dana: Person, make: Make
) -> None:
    tom = make.person("Tom", "Wouters", roles=("author",))
    other = new_page()
    enter(dana)
    enter(tom, other)
    open_lesson(page)
    page.route("**/studio/**", _without_posts)
    text_of(page).click()
    page.keyboard.type("Dana typed. ")
    page.wait_for_timeout(600)
    page.close()
    open_lesson(other)
    text_of(other).click()
    other.keyboard.type("Tom typed. ")
    save(other)
    again = page.context.new_page()
    again.goto(LESSON)
    expect(again.locator("#studio-kept")).to_contain_text("The text was saved again since then")
    expect(again.locator("#studio-here")).to_contain_text("Tom Wouters has this text open too")
    again.get_by_role("button", name="Restore what I typed").click()
    again.keyboard.press("Control+s")
    expect(again.locator("[data-saved]")).to_contain_text("Tom Wouters saved this text on")
    assert "Tom typed." in stored(make)


def test_a_signed_out_author_goes_on_after_signing_in_in_another_tab(
    page: Page, enter: Enter, dana: Person, make: Make
) -> None:
    enter(dana)
    open_lesson(page)
    page.context.clear_cookies()
    text_of(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Still here.")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("Sign in again in another tab")
    expect(text_of(page)).to_contain_text("Still here.")
    enter(dana)
    save(page)
    assert "Still here." in stored(make)


def test_everything_in_the_toolbar_goes_by_keyboard(page: Page, enter: Enter, dana: Person, make: Make) -> None:
    make.guideline()
    enter(dana)
    open_lesson(page)
    text_of(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" See ")
    _press(page, "Clause of the guideline")
    page.get_by_label("Which clause").select_option("D2")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Cite it").focus()
    page.keyboard.press("Enter")
    expect(text_of(page)).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    _press(page, "Table")
    page.keyboard.type("Who")
    _press(page, "First column says what the rows hold")
    expect(page.get_by_role("button", name="First column says what the rows hold")).to_have_attribute(
        "aria-pressed", "true"
    )
    _press(page, "Write below it")
    _press(page, "Code block")
    page.keyboard.type("#ad")
    page.keyboard.press("Control+Enter")
    page.keyboard.type("The end.")
    save(page)
    html = stored(make)
    assert '<a href="/guidelines/how-we-speak#D2" class="clause">D2</a>' in html
    assert '<th scope="col">Who</th>' in html
    assert html.count('scope="row"') == 2
    assert "<pre><code>#ad</code></pre>" in html
    assert html.endswith("<p>The end.</p>")


def _press(page: Page, name: str) -> None:
    """Go to a tool with Alt+F10 and the arrows, and press it."""
    page.keyboard.press("Alt+F10")
    page.keyboard.press("Home")
    target = page.locator(".rte-bar").get_by_role("button", name=name, exact=True)
    expect(target).to_be_enabled()
    for _ in range(60):
        if target.evaluate("element => element === document.activeElement"):
            page.keyboard.press("Enter")
            return
        page.keyboard.press("ArrowRight")
    pytest.fail(f"the arrows do not come to {name}")


def test_the_keys_are_told(page: Page, enter: Enter, dana: Person, accessible: Callable[[Page], None]) -> None:
    enter(dana)
    open_lesson(page)
    page.get_by_role("button", name="All keys").click()
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Alt+F10")
    accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="All keys")).to_be_focused()


def test_a_dropped_picture_is_uploaded_and_needs_words(
    page: Page, enter: Enter, dana: Person, make: Make, accessible: Callable[[Page], None]
) -> None:
    enter(dana)
    open_lesson(page)
    page.evaluate(DROP, [text_of(page).element_handle(), list(png())])
    dialog = page.get_by_role("dialog", name="Picture")
    words = dialog.get_by_label("What it shows, for those who cannot see it")
    expect(dialog.get_by_role("radio")).to_have_count(1)
    expect(words).to_be_focused()
    accessible(page)
    dialog.get_by_role("button", name="Put it in").click()
    expect(dialog).to_be_visible()
    words.fill("A blue wall")
    dialog.get_by_role("button", name="Put it in").click()
    expect(text_of(page).locator("figure.picture img")).to_have_attribute("alt", "A blue wall")
    save(page)
    assert re.search(r'<figure class="picture"><img src="/media/[0-9a-f]{64}/[^"]+" alt="A blue wall"', stored(make))
    page.get_by_role("button", name="Picture", exact=True).click()
    dialog.get_by_role("searchbox").fill("dog")
    expect(dialog.get_by_text("1 found")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_two_languages_stand_side_by_side(
    new_page: NewPage, enter: Enter, dana: Person, accessible: Callable[[Page], None], width: int
) -> None:
    page = new_page(width=width)
    enter(dana, page)
    open_lesson(page)
    text_of(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.type("New in English.")
    save(page)
    open_lesson(page, LESSON + "?lang=nl&beside=en")
    if width == 390:
        page.get_by_role("heading", name="English").click()
    expect(page.locator(".beside .newer")).to_have_text("New in English.")
    expect(page.get_by_text("1 part is newer than the text you write.")).to_be_visible()
    beside, editor = page.locator(".beside").bounding_box(), page.locator(".rte").bounding_box()
    assert beside is not None and editor is not None
    if width == 1280:
        assert beside["x"] + beside["width"] <= editor["x"]
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(LESSON + "/variants")
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
