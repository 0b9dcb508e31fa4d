"""What people of the demo company ask to speak about: channels, topics, languages and countries."""

from certificates.standing import Scope

CARE = Scope.of(
    [
        *(("channel", name) for name in ("own", "linkedin", "blog", "community")),
        *(("topic", name) for name in ("published", "products", "service")),
        *(("language", name) for name in ("nl", "en", "fr")),
        *(("country", name) for name in ("be", "nl")),
    ]
)
FORUM = Scope.of([("channel", "community"), ("topic", "service"), ("language", "nl"), ("country", "nl")])
BOARD = Scope.of(
    [
        *(("channel", name) for name in ("own", "linkedin")),
        *(("topic", name) for name in ("published", "careers", "sustainability")),
        ("language", "en"),
    ]
)
BRAND = Scope.of(
    [
        *(("channel", name) for name in ("own", "linkedin", "mastodon", "community")),
        *(("topic", name) for name in ("published", "products", "careers")),
        *(("language", name) for name in ("en", "fr")),
    ]
)
OFFERS = Scope.of([("channel", "linkedin"), ("topic", "promotions"), ("language", "fr"), ("country", "be")])
