"""The application: the table of contents of the system."""

from datetime import timedelta

from flask import Flask
from flask_compress import Compress
from flask_login import LoginManager
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from certificates import correction_views, vocabulary
from certificates import list_views as register_list_views
from certificates import views as certificate_views
from certificates.bench import views as bench_views
from certificates.campaigns import views as campaign_views
from certificates.credentials import views as credential_views
from certificates.entitlements import views as entitlement_views
from certificates.handles import views as handle_views
from certificates.levels import views as level_views
from certificates.papers import views as paper_views
from certificates.periods import views as period_views
from certificates.permissions import person_views as speaker_views
from certificates.permissions import views as permission_views
from certificates.way import views as way_views
from courses import views as course_views
from courses.authoring import views as authoring_views
from courses.exercises import views as exercise_views
from courses.media import views as media_views
from courses.review import views as review_views
from courses.sessions import views as session_views
from courses.sources import views as source_views
from lms import consequences, pages
from lms.assignments import views as rule_views
from lms.assignments import why_views
from lms.base import access, clock, i18n, static, web
from lms.base.db import Database
from lms.base.files import store_of
from lms.base.limits import limiter
from lms.base.settings import Settings
from lms.base.settings import load as load_settings
from lms.exchange.api import admin_views as exchange_views
from lms.exchange.api import views as api_views
from lms.guidelines import studio_views as guideline_studio_views
from lms.guidelines import views as guideline_views
from lms.home import views as home_views
from lms.operations import views as operation_views
from lms.people import signin
from lms.people import views as people_views
from lms.privacy import views as privacy_views
from lms.reminders import admin_views as outbox_views
from lms.reminders import views as reminder_views
from lms.reports import acting_views as team_acting_views
from lms.reports import clauses_views as clause_map_views
from lms.reports import views as report_views
from lms.reports.asof import views as asof_views
from lms.reports.compliance import views as compliance_views
from lms.staff import import_views as staff_import_views
from lms.staff import views as staff_views
from quizzes import coaching_views as quiz_coaching_views
from quizzes import views as quiz_views
from quizzes.analysis import views as figures_views
from quizzes.authoring import bank_views
from quizzes.authoring import views as quiz_authoring_views
from quizzes.marking import appeal_views
from quizzes.marking import views as marking_views
from quizzes.practice import views as practice_views
from quizzes.records import views as record_views
from quizzes.regrading import views as regrading_views

BLUEPRINTS = (
    home_views.blueprint,
    people_views.blueprint,
    guideline_views.blueprint,
    guideline_studio_views.blueprint,
    course_views.blueprint,
    exercise_views.blueprint,
    session_views.blueprint,
    source_views.blueprint,
    media_views.blueprint,
    authoring_views.blueprint,
    review_views.blueprint,
    quiz_views.blueprint,
    quiz_coaching_views.blueprint,
    practice_views.blueprint,
    record_views.blueprint,
    quiz_authoring_views.blueprint,
    regrading_views.blueprint,
    bank_views.blueprint,
    figures_views.blueprint,
    marking_views.blueprint,
    appeal_views.blueprint,
    certificate_views.blueprint,
    register_list_views.blueprint,
    handle_views.blueprint,
    bench_views.blueprint,
    period_views.blueprint,
    way_views.blueprint,
    credential_views.blueprint,
    correction_views.blueprint,
    paper_views.blueprint,
    permission_views.blueprint,
    speaker_views.blueprint,
    campaign_views.blueprint,
    level_views.blueprint,
    entitlement_views.blueprint,
    rule_views.blueprint,
    why_views.blueprint,
    reminder_views.blueprint,
    outbox_views.blueprint,
    report_views.blueprint,
    compliance_views.blueprint,
    asof_views.blueprint,
    privacy_views.blueprint,
    team_acting_views.blueprint,
    clause_map_views.blueprint,
    staff_views.blueprint,
    staff_import_views.blueprint,
    operation_views.blueprint,
    api_views.blueprint,
    exchange_views.blueprint,
)
LARGEST_FORM = 2 * 1024 * 1024


def build(settings: Settings | None = None) -> Flask:
    """The application, for a server, a command or a test."""
    settings = settings or load_settings()
    app = Flask("lms", instance_path=str(settings.instance), static_folder=None, template_folder="templates")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="lms",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=12 * 3600,
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        LANGUAGES=settings.languages,
        TIME_ZONE=clock.ZONE,
        CHECKS_A_MINUTE=120,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
        RATELIMIT_STORAGE_URI="memory://" if settings.queue_url == "embedded" else settings.queue_url,
    )
    app.extensions["settings"] = settings
    app.extensions["database"] = Database(settings.database_url, consequences.TABLE, consequences.FORESIGHT)
    app.extensions["files"] = store_of(settings)
    app.extensions["scope_choices"] = vocabulary.choices
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    _install_sign_in(app)
    web.install(app)
    i18n.install(app)
    Compress(app)
    limiter.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    access.install(app)
    folder, edition = static.prepare(settings.instance)
    pages.install(app, edition)
    if settings.https:
        app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]
    app.wsgi_app = static.install(app.wsgi_app, folder, edition)  # type: ignore[method-assign]
    return app


def _install_sign_in(app: Flask) -> None:
    manager = LoginManager(app, add_context_processor=False)
    manager.login_view = "people.login"
    manager.login_message = None
    manager.session_protection = None
    manager.user_loader(lambda token: signin.load(web.session(), token))
