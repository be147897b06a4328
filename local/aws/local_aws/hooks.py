"""Everything that is changed in MiniStack, in one list. Each function says why it is needed."""
from ministack import app

from . import api_access, cloudformation, ecr_public, transport, vpc_endpoints
from .ecr import cache, service
from .organization import Organization
from .upstream import endpoints


def install(organization: str | None, upstreams: list[str], recheck_seconds: float) -> None:
    """Change MiniStack in this process; its files stay as they are."""
    service.install()
    api_access.install()
    cloudformation.install()
    endpoints.configure(upstreams)
    cache.recheck_seconds = recheck_seconds
    ecr_public.install()
    vpc_endpoints.install()
    if organization:
        Organization.parse(organization).install()
    if app.AUTH:
        transport.install()
