"""Every address. Machine addresses and the editors' admin stand outside the languages; Wagtail's pages come last."""

from functools import partial

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.documents.views.serve import serve as serve_document
from wagtail.views import serve as serve_page

from accounts.views.passwords import ResetPassword
from certificates import urls as certificate_urls
from certificates.tlog import urls as tlog_urls
from config import api
from core import views as core_views
from core.addresses import room

# The login wall would send every visitor of a public page to the login; the attribute sits on the functions.
login_not_required(serve_page)
login_not_required(serve_document)

to_login = login_not_required(RedirectView.as_view(pattern_name="account_login", query_string=True))
# Pages on which Wagtail tries its own error pages; one of them raises on purpose.
trial_page = partial(core_views.page_not_found, exception=Http404())
to_reset = login_not_required(RedirectView.as_view(pattern_name="account_reset_password"))

urlpatterns = [
    path("healthz", core_views.healthz, name="healthz"),
    path("readyz", core_views.readyz, name="readyz"),
    path("v/", include((certificate_urls.machine_urlpatterns, "v"))),
    path("", include((certificate_urls.published_urlpatterns, "published"))),
    path("tlog/", include((tlog_urls.machine_urlpatterns, "log_files"))),
    path("api/v1/", api.urls),
    # One login door: the forms behind these addresses would answer although the settings point elsewhere.
    path("cms/login/", to_login),
    re_path(r"^cms/password_reset/.*$", to_reset),
    path("cms/failwhale/", trial_page),
    path("cms/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
]

if settings.LOCAL_MAIL_PAGE:
    urlpatterns += [path("dev/mail/", core_views.local_mail, name="local_mail")]

urlpatterns += i18n_patterns(
    # Wagtail's bare login form, in every language: no limit of tries, no confirmed address, no second factor.
    path("_util/login/", to_login),
    # In the place of the library's: a code to a number beside the link by mail.
    path("accounts/password/reset/", ResetPassword.as_view(), name="account_reset_password"),
    path("accounts/", include("allauth.urls")),
    room("core.urls"),
    room("accounts.urls"),
    room("courses.urls"),
    path("exams/", include("courses.exams.urls")),
    room("certificates.urls"),
    path("log/", include("certificates.tlog.urls")),
    room("staffing.urls"),
    room("credit.urls"),
    room("oversight.urls"),
    room("website.urls"),
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)

handler400 = "core.views.bad_request"
handler403 = "core.views.permission_denied"
handler404 = "core.views.page_not_found"
# Asked for by allauth.
handler429 = "core.views.too_many_requests"
handler500 = "core.views.server_error"
