"""Settings without a database: keep data in D1, KV or a Durable Object, through `request.environ["env"]`."""

from pathlib import Path

DEBUG = False
ALLOWED_HOSTS = ["*"]  # the platform sends only requests for the Worker's own hosts
ROOT_URLCONF = "shop.urls"
# Signs what the browser keeps. Nothing here does; before it does, set a secret of the Worker instead.
SECRET_KEY = "not-used-yet"
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "DIRS": [Path(__file__).parent / "templates"],
}]
USE_TZ = True
