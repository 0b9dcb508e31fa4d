"""How easily a text reads, by published formulas: the higher of 0 to 100, the easier."""

import re
from dataclasses import dataclass

from lxml import html as lxml_html

from lms.base import richtext

FEWEST_WORDS = 100
"""Below so many words a figure says nothing."""
HARD = 45
"""What reads harder than this is left to specialists: plain words for everybody lie at 60 and above."""
_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_VOWELS = re.compile(r"[aeiouyàáâäæèéêëìíîïòóôöœùúûüÿ]+", re.IGNORECASE)
_SENTENCE_ENDS = re.compile(r"[.!?…:]+(?:[\s”\"’»)]+|$)")
_SPOKEN = ".//p|.//li[not(.//p)]|.//td[not(.//p)]|.//blockquote[not(.//p)]"


@dataclass(frozen=True)
class Ease:
    """How easily a text reads, from 0 to 100, and how many words its sentences have on average."""

    score: int
    words_a_sentence: int
    formula: str


@dataclass(frozen=True)
class Counts:
    """How many sentences, words and syllables a text has."""

    sentences: int
    words: int
    syllables: int


def ease(html: str, language: str) -> Ease | None:
    """How easily a stored text reads; nothing for a short one or a language without a formula.

    English: R. Flesch, "A new readability yardstick", 1948: 206.835 - 1.015 words a sentence - 84.6 syllables a word.
    Dutch: W. H. Douma, "De leesbaarheid van landbouwbladen", 1960: 206.84 - 0.93 and 77.
    French: L. Kandel and A. Moles, "Application de l'indice de Flesch à la langue française", 1958: 207 - 1.015, 73.6.
    Syllables are counted as groups of vowels, which is near enough for advice.
    """
    if language not in _FORMULAS:
        return None
    found = counts(html, language)
    if found.words < FEWEST_WORDS:
        return None
    name, start, by_sentence, by_word = _FORMULAS[language]
    length = found.words / found.sentences
    score = start - by_sentence * length - by_word * found.syllables / found.words
    return Ease(max(0, min(100, round(score))), round(length), name)


def counts(html: str, language: str) -> Counts:
    """The sentences, words and syllables of a stored text."""
    sentences = [words for said in _sentences(html) if (words := _WORD.findall(said))]
    syllables = sum(_syllables(word, language) for words in sentences for word in words)
    return Counts(len(sentences), sum(map(len, sentences)), syllables)


_FORMULAS = {
    "en": ("Flesch", 206.835, 1.015, 84.6),
    "nl": ("Flesch-Douma", 206.84, 0.93, 77.0),
    "fr": ("Kandel-Moles", 207.0, 1.015, 73.6),
}


def _sentences(html: str) -> list[str]:
    """What a text says, sentence by sentence. Headings are none."""
    root = lxml_html.fragment_fromstring(html or "<p></p>", create_parent="div")
    said = (richtext.plain(lxml_html.tostring(block, encoding="unicode")) for block in root.xpath(_SPOKEN))
    return [sentence for block in said for sentence in _SENTENCE_ENDS.split(block)]


def _syllables(word: str, language: str) -> int:
    groups = len(_VOWELS.findall(word))
    silent = language in {"en", "fr"} and len(word) > 3 and re.search(r"[^aeiouyl]es?$", word, re.IGNORECASE)
    return max(1, groups - 1 if silent else groups)
