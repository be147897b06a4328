"""Everything that is changed in MiniStack, in one list. Each function says why it is needed."""
from ministack import app

from . import api_access, cloudformation, ecr_public, transport
from .ecr import service
from .organization import Organization


def install(organization: str | None) -> None:
    """Change MiniStack in this process; its files stay as they are."""
    service.install()
    api_access.install()
    cloudformation.install()
    ecr_public.install()
    if organization:
        Organization.parse(organization).install()
    if app.AUTH:
        transport.install()
