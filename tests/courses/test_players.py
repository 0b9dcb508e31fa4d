"""Which links become outside players, and that no other address ever does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import players

YOUTUBE = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"
VIMEO = "https://player.vimeo.com/video/76979871"


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", YOUTUBE),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=42s&list=PL1", YOUTUBE),
        ("http://m.youtube.com/watch?app=desktop&v=dQw4w9WgXcQ", YOUTUBE),
        ("youtube.com/watch?v=dQw4w9WgXcQ", YOUTUBE),
        ("  https://youtu.be/dQw4w9WgXcQ?si=abc  ", YOUTUBE),
        ("https://www.youtube.com/embed/dQw4w9WgXcQ", YOUTUBE),
        ("https://www.youtube.com/shorts/dQw4w9WgXcQ", YOUTUBE),
        ("https://www.youtube.com/live/dQw4w9WgXcQ?feature=share", YOUTUBE),
        (YOUTUBE, YOUTUBE),
        ("https://vimeo.com/76979871", VIMEO),
        ("https://vimeo.com/channels/staffpicks/76979871", VIMEO),
        ("https://vimeo.com/76979871/abcdef0123", f"{VIMEO}?h=abcdef0123"),
        ("https://player.vimeo.com/video/76979871?h=abcdef0123&badge=0", f"{VIMEO}?h=abcdef0123"),
        (VIMEO, VIMEO),
    ],
)
def test_links_as_people_copy_them_become_the_address_of_the_player(link: str, address: str) -> None:
    found = players.from_link(link)
    assert found is not None
    assert found.address == address
    assert players.player(address) == found
    assert players.from_link(found.page) == found


@pytest.mark.parametrize(
    "link",
    [
        "",
        "film",
        "https://www.youtube.com/",
        "https://www.youtube.com/watch?v=short",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ%22onload=1",
        "https://www.youtube.com.evil.example/watch?v=dQw4w9WgXcQ",
        "https://evil.example/embed/dQw4w9WgXcQ?host=youtube.com",
        "https://www.youtube.com@evil.example/watch?v=dQw4w9WgXcQ",
        "https://evil@www.youtube.com/watch?v=dQw4w9WgXcQ",
        "javascript://youtube.com/watch?v=dQw4w9WgXcQ",
        "ftp://youtu.be/dQw4w9WgXcQ",
        "https://vimeo.com/user/about",
        "https://vimeo.com/76979871/../../x",
        "http://[",
    ],
)
def test_other_links_do_not(link: str) -> None:
    assert players.from_link(link) is None


@pytest.mark.parametrize("address", ["https://youtu.be/dQw4w9WgXcQ", f"{YOUTUBE}?start=4", f" {YOUTUBE}", "/media/x"])
def test_what_is_kept_has_to_be_exactly_the_address_of_a_player(address: str) -> None:
    assert players.player(address) is None


@given(st.text())
def test_whatever_is_typed_only_two_hosts_are_ever_talked_to(words: str) -> None:
    for link in (words, f"https://youtu.be/{words}", f"https://vimeo.com/{words}", f"https://{words}/dQw4w9WgXcQ"):
        found = players.from_link(link)
        if found is not None:
            assert found.host in {"www.youtube-nocookie.com", "player.vimeo.com"}
            assert found.frame.startswith((YOUTUBE.rpartition("/")[0] + "/", VIMEO.rpartition("/")[0] + "/"))
            assert not set(found.frame) & set("\"'<> \\")
