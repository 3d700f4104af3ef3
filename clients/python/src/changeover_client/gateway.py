from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from typing import Any, Mapping, Optional

from .credentials import Credentials
from .errors import ChangeoverError
from .transport import check_url, send


@dataclass(frozen=True)
class Term:
    """When a lease ends, as the gateway's clock has it. No renewal goes past ``ends_by``."""

    expires_at: str
    ends_by: str

    @property
    def is_last(self) -> bool:
        return self.expires_at == self.ends_by


@dataclass(frozen=True)
class Held:
    key: str
    credentials: Credentials
    term: Term

    def __repr__(self) -> str:
        return f"<Held {self.credentials!r} until {self.term.expires_at}>"


class Gateway:
    """A gateway at an address, with a token of the role ``job``: ``CHANGEOVER_URL`` and ``CHANGEOVER_TOKEN`` unless given."""

    def __init__(self, url: Optional[str] = None, token: Optional[str] = None, *, timeout_seconds: float = 40.0) -> None:
        self.url = check_url(url if url is not None else _setting("CHANGEOVER_URL"))
        self._token = (token if token is not None else _setting("CHANGEOVER_TOKEN")).strip()
        if not self._token or any(not "\x21" <= letter <= "\x7e" for letter in self._token):
            raise ValueError("the token holds characters that no token has")
        self.timeout_seconds = timeout_seconds

    def __repr__(self) -> str:
        return f"<Gateway {self.url}>"

    def acquire(self, connection: str, job: str, ttl_seconds: int, request_id: str) -> Held:
        """Takes a lease. A repeat under the same ``request_id`` gets the lease that was taken first, so a lost answer leaves none behind."""
        held = self._post(f"connections/{uuid.UUID(connection)}/leases", {"job": job, "ttlSeconds": ttl_seconds}, request_id)
        return _held(held, held["key"])

    def read(self, key: str, *, fresh: bool = False) -> Held:
        """The credentials of the pinned version again; ``fresh`` asks an outside manager anew for a secret that stays there."""
        return _held(self._post("leases/read", {"key": key, "fresh": fresh}), key)

    def renew(self, key: str, ttl_seconds: int) -> Term:
        return _term(self._post("leases/renew", {"key": key, "ttlSeconds": ttl_seconds}))

    def release(self, key: str) -> None:
        """A second release answers like the first."""
        self._post("leases/release", {"key": key})

    def _post(self, path: str, body: Mapping[str, object], request_id: Optional[str] = None) -> Any:
        headers = {"authorization": f"Bearer {self._token}"}
        if request_id is not None:
            headers["x-mcd-idempotent-id"] = request_id
        status, after, found = send(f"{self.url}/api/v1/{path}", headers, body, self.timeout_seconds)
        if status < 300:
            return found
        if not isinstance(found.get("code"), str):
            raise ChangeoverError("UNAVAILABLE", f"What answered is not a Changeover gateway (HTTP {status}).", after)
        raise ChangeoverError(found["code"], str(found.get("detail", "")), after)


def _held(held: Mapping[str, Any], key: str) -> Held:
    return Held(key, Credentials(held["kind"], held["lease"]["version"], held["credentials"]), _term(held["lease"]))


def _term(lease: Mapping[str, Any]) -> Term:
    return Term(lease["expiresAt"], lease["endsBy"])


def _setting(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise ValueError(f"{name} is not set")
    return value
