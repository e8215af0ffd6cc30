"""A forgotten password: a link by mail, or a code by text message that leads to the page for a new one."""

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.views import PasswordResetView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.forms.sign_in import ResetPasswordForm
from accounts.selectors.sign_in import user_by_phone
from core import sms


class ResetPassword(PasswordResetView):
    extra_context = {"by_number": sms.can_send}

    def form_valid(self, form: ResetPasswordForm) -> HttpResponse:
        if phone := form.cleaned_data.get("phone"):
            return _send_code(self.request, phone)
        return super().form_valid(form)


def _send_code(request: HttpRequest, phone: str) -> HttpResponse:
    """The door of a login by code, with all that it asks (second factor too) and the same answer whoever is known;
    behind it the page for a new password, which asks for no old one from whoever has just come by a code."""
    if request.user.is_authenticated:
        messages.info(request, _("Sign out first; then ask for a code to set a new password."))
        return redirect("account_logout")
    LoginCodeVerificationProcess.initiate(request=request, user=user_by_phone(phone), phone=phone)
    messages.info(request, _("Enter the code from the message. On the page after it you set a new password."))
    after = urlencode({"next": reverse("account_change_password")})
    return redirect(f"{reverse('account_confirm_login_code')}?{after}")
