"""The catalogs: every string that exists, in every language, with its placeholders whole."""

import re

import pytest

from lms.base.settings import SHIPPED_LANGUAGES
from lms.translations import catalogs

PLACEHOLDER = re.compile(r"%\(\w+\)0?\d*[sd]|%%")


@pytest.fixture(scope="module")
def collected():
    return catalogs.collect()


@pytest.mark.parametrize("language", SHIPPED_LANGUAGES)
def test_a_catalog_has_every_string(collected, language):
    assert catalogs.missing(catalogs.read(language), collected) == []


@pytest.mark.parametrize("language", SHIPPED_LANGUAGES)
def test_a_translation_keeps_the_placeholders_of_its_source(collected, language):
    wrong = []
    for message in catalogs.read(language):
        if not message.id or message.id not in collected:
            continue
        sources = message.id if isinstance(message.id, list | tuple) else [message.id]
        texts = message.string if isinstance(message.string, list | tuple) else [message.string]
        allowed = {frozenset(PLACEHOLDER.findall(source)) for source in sources}
        wrong += [text for text in texts if text and frozenset(PLACEHOLDER.findall(text)) not in allowed]
    assert wrong == []


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_a_translation_has_no_straight_leftovers_of_english(collected, language):
    catalog = catalogs.read(language)
    same = [
        message.id
        for message in catalog
        if isinstance(message.id, str) and message.id and message.string == message.id and len(message.id.split()) > 3
    ]
    assert same == []
