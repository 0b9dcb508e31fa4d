"""A mail that goes to many, rendered once."""

from datetime import date

from flask import Flask

from lms.base import mail

UNTIL = date(2028, 11, 22)
WORDS = {"name": "Brand Advocate", "criteria": "Courses done."}


def test_what_is_filled_in_is_never_read_as_a_blank(app: Flask) -> None:
    with app.test_request_context():
        blanks = ("given_name", "uid", "holder_name")
        form = mail.Form("certificates/mail/tell_manager.txt", blanks, words=WORDS, until=UNTIL)
        odd = "\ue000uid\ue001 %(name)s {{ uid }}"
        own = {"given_name": "Bob", "uid": "abc", "holder_name": odd}
        whole = mail.render("certificates/mail/tell_manager.txt", words=WORDS, until=UNTIL, **own)
        assert form.filled(**own) == whole
        assert odd in whole
        assert "abc" not in form.filled(**own | {"uid": "def"})
