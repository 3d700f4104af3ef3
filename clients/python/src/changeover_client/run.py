from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
from types import FrameType
from typing import Dict, List, Optional

from .environment import as_dbt_environment, as_environment
from .errors import ChangeoverError
from .lease import lease

#: The job was not started.
NOT_STARTED = 125
CANNOT_RUN = 126
NO_PROGRAM = 127


def main(arguments: Optional[List[str]] = None) -> int:
    """`changeover-run --connection ID -- COMMAND`: a job with the credentials in its environment, and a lease while it runs."""
    parser = argparse.ArgumentParser(prog="changeover-run", description="Run a job with the credentials of a connection, and hold a lease on them while it runs.")
    parser.add_argument("--connection", required=True, metavar="ID")
    parser.add_argument("--job", metavar="NAME", help="what it calls itself to whoever waits for it")
    parser.add_argument("--ttl", type=int, default=900, metavar="SECONDS")
    parser.add_argument("--wait", type=float, default=3600.0, metavar="SECONDS")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--prefix", default="CONNECTION_", help="of the variables: CONNECTION_HOST, CONNECTION_PASSWORD")
    form.add_argument("--dbt", action="store_true", help="variables for a profile of dbt: DBT_ENV_SECRET_PASSWORD")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND")
    given = parser.parse_args(arguments)
    command = given.command[1:] if given.command[:1] == ["--"] else given.command
    if not command:
        parser.error("give the command behind --")
    try:
        held = lease(given.connection, job=given.job or f"{os.path.basename(command[0])} on {socket.gethostname()}", ttl_seconds=given.ttl, wait_seconds=given.wait)
        with held as credentials:
            variables = as_dbt_environment(credentials) if given.dbt else as_environment(credentials, given.prefix)
            return _run(command, variables)
    except (ChangeoverError, ValueError) as error:
        print(f"changeover-run: {error}", file=sys.stderr)
        return NOT_STARTED


def _run(command: List[str], variables: Dict[str, str]) -> int:
    # A job has no use for the token, which leases other connections, too.
    inherited = {name: value for name, value in os.environ.items() if name != "CHANGEOVER_TOKEN"}
    try:
        child = subprocess.Popen(command, env={**inherited, **variables})
    except OSError as error:
        print(f"changeover-run: the command can't be run ({type(error).__name__}).", file=sys.stderr)
        return NO_PROGRAM if isinstance(error, FileNotFoundError) else CANNOT_RUN
    _pass_on_signals(child)
    code = child.wait()
    return code if code >= 0 else 128 - code


def _pass_on_signals(child: "subprocess.Popen[bytes]") -> None:
    """The job is told, and this process outlives it, so that the lease lasts as long as the job does."""

    def pass_on(number: int, _frame: Optional[FrameType]) -> None:
        # A terminal sends Ctrl-C to the job by itself.
        if not (number == signal.SIGINT and sys.stdin is not None and sys.stdin.isatty()):
            child.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, pass_on)


if __name__ == "__main__":
    sys.exit(main())
