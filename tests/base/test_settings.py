"""Settings: where they come from, and how a wrong one is told."""

from pathlib import Path
from threading import Timer

import pytest

from lms.base.settings import BadSetting, Settings, demo_password, load


def load_in(folder: Path, **given: str) -> Settings:
    return load({"LMS_INSTANCE": str(folder), **given})


def test_nothing_need_be_set(tmp_path):
    settings = load_in(tmp_path / "new")
    assert settings.instance == (tmp_path / "new").resolve()
    assert settings.database_url == f"sqlite:///{settings.instance / 'lms.sqlite'}"
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.languages == ("en", "nl", "fr")
    assert not settings.demo
    assert not settings.secure


def test_the_environment_outranks_the_file_and_the_file_the_default(tmp_path):
    (tmp_path / "config.toml").write_text('company = "From the file"\nport = 9000\n', encoding="utf-8")
    settings = load_in(tmp_path, LMS_COMPANY="From outside")
    assert (settings.company, settings.port) == ("From outside", 9000)


def test_the_secret_key_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    first, second = load_in(tmp_path), load_in(tmp_path)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_an_empty_secret_left_by_a_full_disk_is_made_anew(tmp_path):
    (tmp_path / "secret_key").write_text("", encoding="utf-8")
    assert len(load_in(tmp_path).secret_key) >= 32
    assert load_in(tmp_path).secret_key == load_in(tmp_path).secret_key


def test_who_starts_at_the_same_moment_waits_for_the_secret(tmp_path):
    path = tmp_path / "secret_key"
    path.write_text("", encoding="utf-8")
    writer = Timer(0.2, path.write_text, ["written a moment later"])
    writer.start()
    assert load_in(tmp_path).secret_key == "written a moment later"
    writer.join()


def test_the_demo_password_is_made_once_unless_it_is_set(tmp_path):
    assert demo_password(load_in(tmp_path)) == demo_password(load_in(tmp_path))
    assert demo_password(load_in(tmp_path, LMS_DEMO_PASSWORD="chosen by me")) == "chosen by me"


def test_a_secret_is_read_from_a_file(tmp_path):
    (tmp_path / "key").write_text("kept elsewhere\n", encoding="utf-8")
    assert load_in(tmp_path, LMS_SECRET_KEY_FILE=str(tmp_path / "key")).secret_key == "kept elsewhere"


def test_variables_of_others_are_no_concern(tmp_path):
    load_in(tmp_path, PATH="/bin", LMSX="?")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("LMS_COLOUR", "red", "LMS_COLOUR is not a setting"),
        ("LMS_PORT", "eight", "LMS_PORT is 'eight'; it must be a whole number"),
        ("LMS_DEMO", "maybe", "LMS_DEMO is 'maybe'; it must be 1 or 0"),
        ("LMS_DATABASE_URL", "mysql://x", "LMS_DATABASE_URL must begin with sqlite:///"),
        ("LMS_BASE_URL", "university.example", "LMS_BASE_URL is 'university.example'; it must be an address"),
        ("LMS_SMTP_URL", "mail.example", "LMS_SMTP_URL must begin with smtp:// or smtps://"),
        ("LMS_STORAGE_URL", "ftp://x", "LMS_STORAGE_URL must begin with s3://"),
        ("LMS_LANGUAGES", "en,de", "LMS_LANGUAGES must be some of en, nl, fr"),
        ("LMS_LANGUAGES", " , ", "LMS_LANGUAGES must be some of"),
        ("LMS_SECRET_KEY_FILE", "/nowhere/at/all", "LMS_SECRET_KEY_FILE names a file that cannot be read"),
        ("LMS_BRAND_COLOR", "blue", "LMS_BRAND_COLOR is 'blue'; it must be # and six digits"),
        ("LMS_BRAND_LOGO", "/nowhere/logo.svg", "LMS_BRAND_LOGO names a file that cannot be read"),
        ("LMS_BRAND_LOGO", __file__, "it must be a picture in the form SVG or PNG"),
    ],
)
def test_a_bad_setting_stops_the_start_with_a_sentence(tmp_path, name, value, words):
    with pytest.raises(BadSetting) as refused:
        load_in(tmp_path, **{name: value})
    assert words in str(refused.value)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("written", ['colour = "red"', 'instance = "/elsewhere"', "port = = 1"])
def test_a_bad_file_stops_the_start_with_a_sentence(tmp_path, written):
    (tmp_path / "config.toml").write_text(written, encoding="utf-8")
    with pytest.raises(BadSetting, match=r"config\.toml"):
        load_in(tmp_path)


@pytest.mark.parametrize(("word", "on"), [("1", True), ("on", True), ("TRUE", True), ("0", False), ("", False)])
def test_a_switch_understands_the_usual_words(tmp_path, word, on):
    assert load_in(tmp_path, LMS_DEMO=word).demo is on


def test_only_an_address_with_https_is_secure(tmp_path):
    assert load_in(tmp_path, LMS_BASE_URL="https://speak.example.com/").secure
    assert load_in(tmp_path, LMS_BASE_URL="https://speak.example.com/").base_url == "https://speak.example.com"


def test_cookies_insist_on_https_everywhere_but_on_this_machine(tmp_path):
    assert not load_in(tmp_path, LMS_BASE_URL="http://localhost:8000").secure
    assert load_in(tmp_path, LMS_BASE_URL="http://speak.example.com").secure
    assert not load_in(tmp_path, LMS_BASE_URL="http://speak.example.com").https


def test_the_demonstration_refuses_another_address(tmp_path):
    with pytest.raises(BadSetting, match="LMS_DEMO lets anyone sign in"):
        load_in(tmp_path, LMS_DEMO="1", LMS_BASE_URL="https://speak.example.com")
