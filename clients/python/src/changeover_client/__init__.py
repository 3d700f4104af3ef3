"""Credentials of a Changeover gateway, for as long as a job runs."""

from .credentials import Credentials
from .environment import as_environment, as_dbt_environment
from .errors import ChangeoverError
from .gateway import Gateway
from .lease import Lease, lease

__all__ = ["ChangeoverError", "Credentials", "Gateway", "Lease", "as_dbt_environment", "as_environment", "lease"]
