"""Settings: from the environment (`LMS_…`), then `instance/config.toml`, then defaults for one machine."""

import os
import re
import secrets
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import current_app, has_app_context
from lxml import etree

ROOT = Path(__file__).resolve().parent.parent.parent
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SHIPPED_LANGUAGES = ("en", "nl", "fr")
LARGEST_LOGO = 500_000


class BadSetting(Exception):
    """A setting that cannot be used; the message names it and says what would be right."""


@dataclass(frozen=True)
class Settings:
    """What an installation decides. See `interface` in the README for each name."""

    instance: Path
    database_url: str
    secret_key: str
    base_url: str
    company: str
    queue_url: str
    smtp_url: str
    storage_url: str
    storage_key: str
    storage_secret: str
    demo: bool
    demo_password: str
    languages: tuple[str, ...]
    port: int
    hub_email: str
    public_register: bool
    brand_color: str
    brand_logo: Path | None
    people_folder: str
    people_on_missing: str

    @property
    def secure(self) -> bool:
        """Whether cookies insist on HTTPS: everywhere but on this machine alone."""
        return self.https or urlsplit(self.base_url).hostname not in LOOPBACK

    @property
    def https(self) -> bool:
        """Whether people reach the site over HTTPS, through a server in front of this one."""
        return self.base_url.startswith("https://")


NAMES = {field.name for field in fields(Settings)}


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in force. Makes the instance folder and its secret key when there are none.

    Raises `BadSetting` for an unknown `LMS_…` name or a value that cannot be used.
    """
    given = _from_environment(os.environ if environment is None else environment)
    instance = Path(given.pop("instance", ROOT / "instance")).resolve()
    instance.mkdir(parents=True, exist_ok=True)
    values: dict[str, Any] = _from_file(instance / "config.toml") | given
    port = _number("port", values.get("port", "8000"))
    base_url = str(values.get("base_url", f"http://127.0.0.1:{port}")).rstrip("/")
    if urlsplit(base_url).scheme not in {"http", "https"} or not urlsplit(base_url).hostname:
        raise BadSetting(f"LMS_BASE_URL is {base_url!r}; it must be an address such as https://speak.example.com.")
    demo = _flag("demo", values.get("demo", False))
    if demo and urlsplit(base_url).hostname not in LOOPBACK:
        raise BadSetting(f"LMS_DEMO lets anyone sign in; it works on 127.0.0.1 only, not on {base_url}.")
    database_url = str(values.get("database_url", f"sqlite:///{instance / 'lms.sqlite'}"))
    if not database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSetting("LMS_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://.")
    return Settings(
        instance=instance,
        database_url=database_url,
        secret_key=str(values.get("secret_key") or _kept_secret(instance / "secret_key")),
        base_url=base_url,
        company=str(values.get("company", "ACME")),
        queue_url=str(values.get("queue_url", "embedded")),
        smtp_url=_with_scheme("smtp_url", values, {"smtp", "smtps"}),
        storage_url=_storage(values),
        storage_key=str(values.get("storage_key") or ""),
        storage_secret=str(values.get("storage_secret") or ""),
        demo=demo,
        demo_password=str(values.get("demo_password") or ""),
        languages=_languages(values.get("languages", ",".join(SHIPPED_LANGUAGES))),
        port=port,
        hub_email=str(values.get("hub_email", "hub@acme.example")),
        public_register=_flag("public_register", values.get("public_register", True)),
        brand_color=_color(str(values.get("brand_color") or "")),
        brand_logo=_logo(str(values.get("brand_logo") or ""), instance),
        people_folder=_people_folder(str(values.get("people_folder") or "")),
        people_on_missing=_on_missing(str(values.get("people_on_missing") or "keep")),
    )


def in_force() -> Settings:
    """The settings of the application at work, for services that have to name the company or an address of this site.

    In a plain script without an application: those of the environment.
    """
    if has_app_context():
        found: Settings = current_app.extensions["settings"]
        return found
    return load()


def demo_password(settings: Settings) -> str:
    """The password of all demo people: the one set, else one made once and kept in the instance folder."""
    return settings.demo_password or _kept_secret(settings.instance / "demo_password", length=9)


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for variable, value in environment.items():
        if not variable.startswith("LMS_"):
            continue
        name = variable.removeprefix("LMS_").lower()
        if name not in NAMES and name.removesuffix("_file") in NAMES:
            name = name.removesuffix("_file")
            try:
                value = Path(value).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise BadSetting(f"{variable} names a file that cannot be read: {error.strerror}.") from error
        if name not in NAMES:
            raise BadSetting(f"{variable} is not a setting. Known are: {_known()}.")
        given[name] = value
    return given


def _from_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(f"{path.name} cannot be read: {error}.") from error
    for name in values:
        if name not in NAMES - {"instance"}:
            raise BadSetting(f"{name!r} in {path.name} is not a setting. Known are: {_known()}.")
    return values


def _known() -> str:
    return ", ".join(f"LMS_{name.upper()}" for name in sorted(NAMES))


def _kept_secret(path: Path, length: int = 32) -> str:
    """A secret made once. Who starts at the same moment waits until it is written.

    A file that stays empty is what a full disk or a power cut left: it is replaced, for no secret may be empty.
    """
    for _ in range(20):
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            if secret := path.read_text(encoding="utf-8").strip():
                return secret
            time.sleep(0.05)
        else:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(secret := secrets.token_urlsafe(length))
            return secret
    path.unlink(missing_ok=True)
    return _kept_secret(path, length)


def _number(name: str, value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise BadSetting(f"LMS_{name.upper()} is {value!r}; it must be a whole number.") from None


def _flag(name: str, value: Any) -> bool:
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
        "": False,
    }
    try:
        return words[str(value).lower()]
    except KeyError:
        raise BadSetting(f"LMS_{name.upper()} is {value!r}; it must be 1 or 0.") from None


def _with_scheme(name: str, values: Mapping[str, Any], schemes: set[str]) -> str:
    value = str(values.get(name, ""))
    if value and urlsplit(value).scheme not in schemes:
        raise BadSetting(
            f"LMS_{name.upper()} must begin with {' or '.join(sorted(f'{scheme}://' for scheme in schemes))}."
        )
    return value


def _storage(values: Mapping[str, Any]) -> str:
    """Where files are kept: nothing for the instance folder, else a bucket with its endpoint and region."""
    url = _with_scheme("storage_url", values, {"s3"})
    if not url:
        return ""
    asked = parse_qs(urlsplit(url).query)
    endpoint = urlsplit(asked.get("endpoint", ["https://default"])[-1])
    if not urlsplit(url).netloc or set(asked) - {"endpoint", "region"}:
        raise BadSetting("LMS_STORAGE_URL must be such as s3://bucket/folder?endpoint=https://s3.example.com&region=…")
    if endpoint.scheme not in {"http", "https"} or not endpoint.hostname:
        raise BadSetting(f"The endpoint in LMS_STORAGE_URL is {asked['endpoint'][-1]!r}; it must begin with https://.")
    if bool(values.get("storage_key")) != bool(values.get("storage_secret")):
        raise BadSetting("LMS_STORAGE_KEY and LMS_STORAGE_SECRET belong together: give both, or neither.")
    return url


def _people_folder(value: str) -> str:
    """Where HR puts its files: a folder that is there, or a bucket; nothing when they are brought by hand."""
    if value.startswith("s3://"):
        return _storage({"storage_url": value})
    if value and not Path(value).is_dir():
        raise BadSetting(f"LMS_PEOPLE_FOLDER is {value!r}; it must be a folder that is there, or begin with s3://.")
    return value


def _on_missing(value: str) -> str:
    """What becomes of people who are not in a file that was fetched."""
    if value not in {"keep", "deactivate"}:
        raise BadSetting(f"LMS_PEOPLE_ON_MISSING is {value!r}; it must be keep or deactivate.")
    return value


def _color(value: str) -> str:
    """A color as `#rrggbb` in small letters, or nothing for ours."""
    color = value.strip().lower()
    if color and not re.fullmatch(r"#[0-9a-f]{6}", color):
        raise BadSetting(f"LMS_BRAND_COLOR is {value!r}; it must be # and six digits, such as #2a4cad.")
    return color


def _logo(value: str, instance: Path) -> Path | None:
    """The file of a logo, an SVG or a PNG; a name without a folder is looked for in the instance folder."""
    if not value:
        return None
    path = instance / value
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadSetting(f"LMS_BRAND_LOGO names a file that cannot be read, {path}: {error.strerror}.") from error
    if not (content.startswith(b"\x89PNG") or _is_svg(content)):
        raise BadSetting(f"LMS_BRAND_LOGO is {path}; it must be a picture in the form SVG or PNG.")
    if len(content) > LARGEST_LOGO:
        raise BadSetting(f"LMS_BRAND_LOGO is {path}; it must be smaller than {LARGEST_LOGO // 1000} kB.")
    return path


def _is_svg(content: bytes) -> bool:
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        return bool(etree.fromstring(content, parser).tag == "{http://www.w3.org/2000/svg}svg")
    except etree.XMLSyntaxError:
        return False


def _languages(value: Any) -> tuple[str, ...]:
    languages = tuple(word.strip() for word in (value.split(",") if isinstance(value, str) else value) if word.strip())
    unknown = [language for language in languages if language not in SHIPPED_LANGUAGES]
    if unknown or not languages:
        raise BadSetting(f"LMS_LANGUAGES must be some of {', '.join(SHIPPED_LANGUAGES)}, with commas between.")
    return languages
