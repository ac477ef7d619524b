"""Django's settings, made from `seawall.settings.env`. Nothing here reads the environment by itself."""

from pathlib import Path

from seawall.kernel.clock import run_ahead
from seawall.settings.database import database_config
from seawall.settings.env import get_settings
from seawall.settings.logs import configure_logging
from seawall.settings.moved_time import MovedTime

_settings = get_settings()
_settings.ensure_home()

DEBUG = _settings.debug
SECRET_KEY = _settings.signing_key()
ALLOWED_HOSTS = _settings.hosts
CSRF_TRUSTED_ORIGINS = [_settings.public_url]

LOGGING_CONFIG = None
configure_logging(_settings)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "procrastinate.contrib.django",
    "seawall.tenancy",
    "seawall.shops",
    "seawall.orders",
    "seawall.rulebook",
    "seawall.timeline",
    "seawall.staff",
    "seawall.scripts",
    "seawall.outreach",
    "seawall.casework",
    "seawall.inbox",
    "seawall.evidence",
    "seawall.incidents",
    "seawall.connectors",
    "seawall.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "seawall.web.middleware.ContentSecurityPolicyMiddleware",
    "seawall.web.middleware.NoNulMiddleware",
]

ROOT_URLCONF = "seawall.web.urls"
WSGI_APPLICATION = "seawall.web.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": database_config(_settings)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Login limits must count over all web processes of this machine, so not in one process's memory.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(_settings.home / "cache"),
    }
}

# --- languages and time -----------------------------------------------------------------------------------------------
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_CODE = _settings.language.lower()
LOCALE_PATHS = [str(Path(__file__).resolve().parents[1] / "web" / "locale")]

# --- files ------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = str(_settings.home / "static")
(_settings.home / "static").mkdir(mode=0o755, exist_ok=True)  # WhiteNoise warns about a folder that is missing
WHITENOISE_USE_FINDERS = True  # for what was not collected, see settings/static.py
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = str(_settings.files_path)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "seawall.settings.static.CollectedStaticFiles"},
}
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# --- sign-in ----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "tenancy.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "seawall.settings.accounts.DeskAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an administrator made the account and vouches for the address
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = None
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if _settings.behind_proxy else 0
MFA_ADAPTER = "seawall.settings.accounts.DeskMfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Seawall"
# Mail is written to files until a mail server is set up: a reset link is then fetched by the administrator.
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(_settings.home / "mail")

# --- cookies and headers ----------------------------------------------------------------------------------------------
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "seawall_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _settings.is_https
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "seawall_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = _settings.is_https
LANGUAGE_COOKIE_NAME = "seawall_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = _settings.is_https
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 30 * 24 * 3600 if _settings.is_https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _settings.behind_proxy else None

# --- exercises --------------------------------------------------------------------------------------------------------
if _settings.moved_time_file is not None:
    run_ahead(MovedTime(_settings.moved_time_file).span)
