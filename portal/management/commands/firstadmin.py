"""Opens the door to the first administrator; everybody after that is invited from the portal."""

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.forms import ValidationError
from django.urls import reverse
from django.utils import translation

from accounts import rules
from accounts.models import Invitation, Membership, Organisation
from accounts.roles import Role


class Command(BaseCommand):
    help = "Print a link with which the first administrator sets a password. Only while there is no administrator."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("post", help="the post rather than a person, for example 'Administrator Portal'")
        parser.add_argument("--unit", default="PPSDM", help="code of the ministry unit (default: PPSDM)")

    @transaction.atomic
    def handle(self, email, post, unit, **options):
        email = email.strip().lower()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email} is not an e-mail address.") from error
        if Membership.objects.current().filter(role=Role.ADMIN).exists():
            raise CommandError("There is an administrator already. Administrators invite others in the portal.")
        organisation = Organisation.objects.filter(code=unit).first()
        if organisation is None:
            raise CommandError(f"There is no organisation {unit}. Run manage.py loadreference first, or choose --unit.")
        with translation.override("en"):
            if reason := rules.role_fits(Role.ADMIN, organisation):
                raise CommandError(reason)
        Invitation.objects.filter(role=Role.ADMIN, accepted_at=None, invited_by=None).delete()
        invitation = Invitation(email=email, name=post, organisation=organisation, role=Role.ADMIN)
        token = invitation.new_token(days=1)
        invitation.save()
        with translation.override(settings.LANGUAGE_CODE):
            link = settings.SITE_URL + reverse("accounts:accept", args=[token])
        self.stdout.write(f"Valid for one day, once:\n{link}")
