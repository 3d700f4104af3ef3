from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from typing import IO, Any, Mapping, NamedTuple, Optional

from .errors import ChangeoverError

#: An answer of a gateway is far smaller. What is larger comes from something else.
MOST_BYTES = 16 * 1024 * 1024


class Answer(NamedTuple):
    status: int
    #: What Retry-After says.
    retry_after_seconds: Optional[float]
    body: Any


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would send the token to another address."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirects)


def check_url(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("the address of the gateway must be an http or https URL, such as https://changeover.example.com")
    if parts.username is not None or parts.password is not None:
        raise ValueError("the address of the gateway must not hold a login: give the token apart")
    path = parts.path.rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path[: -len('/graphql')] if path.endswith('/graphql') else path}"


def send(url: str, headers: Mapping[str, str], body: object, timeout_seconds: float) -> Answer:
    """Posts JSON and reads JSON. Throws ChangeoverError (UNAVAILABLE) where there is no answer, or none of a gateway."""
    request = urllib.request.Request(url, data=json.dumps(body).encode(), method="POST")
    request.add_header("content-type", "application/json")
    for name, value in headers.items():
        # Unlike a plain header, it is not passed on by anything.
        request.add_unredirected_header(name, value)
    try:
        with _opener.open(request, timeout=timeout_seconds) as response:
            return _read(response, response.status, response.headers.get("retry-after"))
    except urllib.error.HTTPError as error:
        with error:
            return _read(error, error.code, error.headers.get("retry-after"))
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise ChangeoverError("UNAVAILABLE", f"The gateway can't be reached ({type(reason).__name__}).") from None


def _read(stream: IO[bytes], status: int, after: Optional[str]) -> Answer:
    try:
        text = stream.read(MOST_BYTES + 1)
        body = json.loads(text) if len(text) <= MOST_BYTES else None
    except (OSError, http.client.HTTPException) as error:
        raise ChangeoverError("UNAVAILABLE", f"The answer of the gateway broke off ({type(error).__name__}).") from None
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ChangeoverError("UNAVAILABLE", f"What answered is not a Changeover gateway (HTTP {status}).")
    return Answer(status, float(after) if after is not None and after.isascii() and after.isdigit() else None, body)
