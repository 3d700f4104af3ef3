"""A job as people write them: `job.py CONNECTION WHAT`. It says what it sees, and goes on when a line comes."""

import json
import logging
import sys

from changeover_client import as_dbt_environment, as_environment, lease

logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
connection, what = sys.argv[1:]


def say(word: str, **more: object) -> None:
    print(json.dumps({"says": word, **more}), flush=True)


def go_on() -> None:
    sys.stdin.readline()


held = lease(connection, job="nightly", ttl_seconds=3 if what == "renews" else 900, wait_seconds=30)


def begin() -> object:
    for _ in [1]:
        with held as credentials:
            yield credentials


if what == "is left in a generator":
    generator = begin()
    next(generator)  # type: ignore[call-overload]
    say("holds")
elif what == "is left without a reference":
    lease(connection, job="nightly").acquire(renew=False)
    say("holds")
elif what == "variables":
    with held as credentials:
        say("variables", plain=as_environment(credentials, "W_"), dbt=as_dbt_environment(credentials))
else:
    with held as credentials:
        say("holds", fields=dict(credentials), kind=credentials.kind, version=credentials.version, shown=repr(credentials), lease=repr(held))
        go_on()
        if what == "fails":
            raise RuntimeError(f"the job failed with {credentials}")
        say("goes on", live=held.live, again=dict(held.read(fresh=True)) if held.live else None)
    say("released", live=held.live)
