from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from typing import Any, Mapping, Optional

from .credentials import Credentials
from .errors import ChangeoverError
from .transport import check_url, send

ACQUIRE = (
    "mutation ($id: UUID!, $job: String!, $ttl: Int) { acquireLease(connectionId: $id, job: $job, ttlSeconds: $ttl)"
    " { key kind credentials lease { version expiresAt endsBy } } }"
)
READ = (
    "mutation ($key: String!, $fresh: Boolean) { readLease(leaseKey: $key, fresh: $fresh)"
    " { key kind credentials lease { version expiresAt endsBy } } }"
)
RENEW = "mutation ($key: String!, $ttl: Int) { renewLease(leaseKey: $key, ttlSeconds: $ttl) { expiresAt endsBy } }"
RELEASE = "mutation ($key: String!) { releaseLease(leaseKey: $key) { live } }"


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
        held = self._run("acquireLease", ACQUIRE, {"id": str(uuid.UUID(connection)), "job": job, "ttl": ttl_seconds}, request_id)
        return _held(held, held["key"])

    def read(self, key: str, *, fresh: bool = False) -> Held:
        """The credentials of the pinned version again; ``fresh`` asks an outside manager anew for a secret that stays there."""
        return _held(self._run("readLease", READ, {"key": key, "fresh": fresh}), key)

    def renew(self, key: str, ttl_seconds: int) -> Term:
        return _term(self._run("renewLease", RENEW, {"key": key, "ttl": ttl_seconds}))

    def release(self, key: str) -> None:
        """A second release answers like the first."""
        self._run("releaseLease", RELEASE, {"key": key})

    def _run(self, field: str, query: str, variables: Mapping[str, object], request_id: Optional[str] = None) -> Any:
        headers = {"authorization": f"Bearer {self._token}"}
        if request_id is not None:
            headers["x-mcd-idempotent-id"] = request_id
        status, after, body = send(f"{self.url}/graphql", headers, {"query": query, "variables": variables}, self.timeout_seconds)
        for error in body.get("errors") or []:
            extensions = error.get("extensions") or {}
            raise ChangeoverError(
                str(extensions.get("code", "INTERNAL")), str(error.get("message", "")), extensions.get("retryAfterSeconds", after)
            )
        found = (body.get("data") or {}).get(field)
        if found is None:
            raise ChangeoverError("UNAVAILABLE", f"What answered is not a Changeover gateway (HTTP {status}).")
        return found


def _held(held: Mapping[str, Any], key: str) -> Held:
    return Held(key, Credentials(held["kind"], held["lease"]["version"], held["credentials"]), _term(held["lease"]))


def _term(lease: Mapping[str, Any]) -> Term:
    return Term(lease["expiresAt"], lease["endsBy"])


def _setting(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise ValueError(f"{name} is not set")
    return value
