"""Connections of Airflow from a Changeover gateway. See ChangeoverSecretsBackend."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
import uuid
from typing import Any, Dict, Mapping, NamedTuple, Optional, Union

from airflow.secrets import BaseSecretsBackend

from .airflow_connection import airflow_connection
from .credentials import Credentials
from .gateway import Gateway
from .lease import Lease, lease

log = logging.getLogger(__name__)


class _Held(NamedTuple):
    lease: Lease
    credentials: Credentials
    #: By time.monotonic(); None while the lease is renewed.
    until: Optional[float]


class ChangeoverSecretsBackend(BaseSecretsBackend):  # type: ignore[misc]
    """Airflow's connections are leases: a task that asks for one holds it until its process ends, however long that takes.

    In airflow.cfg, or as ``AIRFLOW__SECRETS__BACKEND`` and ``AIRFLOW__SECRETS__BACKEND_KWARGS``::

        [secrets]
        backend = changeover_client.airflow.ChangeoverSecretsBackend
        backend_kwargs = {"url": "https://changeover.example.com", "token_file": "/run/secrets/changeover", "connections": {"warehouse": "01a2..."}}

    What asks outside of a task (the DAG processor, a trigger) gets a short lease that is not renewed, so that a process which runs for
    days holds up no change.

    :param url: of the gateway, ``CHANGEOVER_URL`` unless given.
    :param token_file: a file with a token of the role ``job``, ``CHANGEOVER_TOKEN`` unless given.
    :param connections: ids of the gateway's connections by the ids that Airflow has; or objects with ``id`` and ``conn_type``, where another
        type of Airflow's is wanted than the kind's own. A connection id of Airflow that is a UUID needs no entry.
    :param ttl_seconds: a lease ends this long after its last renewal, should a worker be killed.
    :param wait_seconds: how long a task waits for its credentials while a change is being saved or the gateway is away.
    """

    def __init__(
        self,
        url: Optional[str] = None,
        token_file: Optional[str] = None,
        connections: Optional[Mapping[str, Union[str, Mapping[str, str]]]] = None,
        ttl_seconds: int = 900,
        wait_seconds: float = 300.0,
        **_ignored: Any,
    ) -> None:
        super().__init__()
        self._url = url
        self._token_file = token_file
        self._connections = {conn_id: _entry(conn_id, entry) for conn_id, entry in (connections or {}).items()}
        self._ttl_seconds = ttl_seconds
        self._wait_seconds = wait_seconds
        self._lock = threading.Lock()
        self._held: Dict[str, _Held] = {}
        self._pid = os.getpid()

    def get_conn_value(self, conn_id: str, team_name: Optional[str] = None) -> Optional[str]:
        """The connection as JSON, of a version that stays valid while the task runs; None for what is not configured here."""
        entry = self._connections.get(conn_id)
        if entry is None:
            if not _is_uuid(conn_id):
                return None
            entry = {"id": conn_id}
        with self._lock:
            credentials = self._credentials_of(entry["id"])
        return json.dumps(airflow_connection(credentials, entry.get("conn_type")))

    def get_variable(self, key: str, team_name: Optional[str] = None) -> Optional[str]:
        return None

    def get_config(self, key: str) -> Optional[str]:
        return None

    def _credentials_of(self, connection: str) -> Credentials:
        if self._pid != os.getpid():
            # Leases of the process that this one was forked from are that one's.
            self._held, self._pid = {}, os.getpid()
        in_task = _is_task()
        held = self._held.get(connection)
        if held is not None and held.lease.live and (held.until is None or (not in_task and time.monotonic() < held.until)):
            return held.credentials
        taken = lease(
            connection,
            job=_job(),
            ttl_seconds=self._ttl_seconds,
            wait_seconds=self._wait_seconds if in_task else 0.0,
            gateway=Gateway(self._url, self._token()),
        )
        credentials = taken.acquire(renew=in_task)
        self._held[connection] = _Held(taken, credentials, None if in_task else time.monotonic() + self._ttl_seconds / 2)
        return credentials

    def _token(self) -> Optional[str]:
        if self._token_file is None:
            return None
        with open(self._token_file, encoding="utf-8") as file:
            return file.read()


def _entry(conn_id: str, entry: Union[str, Mapping[str, str]]) -> Mapping[str, str]:
    found = {"id": entry} if isinstance(entry, str) else dict(entry)
    if not _is_uuid(found.get("id", "")) or not set(found) <= {"id", "conn_type"}:
        raise ValueError(f"connections: {conn_id} must be the id of a connection of the gateway, or an object with id and conn_type")
    return found


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _is_task() -> bool:
    """Whether this process runs one task and then ends. Operators find the first in their environment; templates are rendered before that."""
    if os.environ.get("AIRFLOW_CTX_TASK_ID"):
        return True
    runner = sys.modules.get("airflow.sdk.execution_time.task_runner")
    # DAG processors and triggerers speak to a supervisor, too, and say what they are.
    return getattr(runner, "SUPERVISOR_COMMS", None) is not None and os.environ.get("_AIRFLOW_PROCESS_CONTEXT") != "client"


def _job() -> str:
    dag, task, run = (os.environ.get(f"AIRFLOW_CTX_{name}") for name in ("DAG_ID", "TASK_ID", "DAG_RUN_ID"))
    return f"airflow: {dag}.{task} {run}"[:200] if dag and task else "airflow"
