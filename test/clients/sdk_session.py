"""A session of the lead API's SDK, and cases that are printed a line each."""

import logging
import os
import sys
import traceback

logging.disable(logging.CRITICAL)

from pycarlo.common.errors import GqlError  # noqa: E402
from pycarlo.core import Client, Mutation, Query, Session  # noqa: E402
from pycarlo.core.endpoint import Endpoint  # noqa: E402

client = Client(
    Session(
        mcd_id=os.environ["MCD_DEFAULT_API_ID"],
        mcd_token=os.environ["MCD_DEFAULT_API_TOKEN"],
        endpoint=os.environ["MCD_API_ENDPOINT"],
    )
)
failed = 0
memory = {}


def case(name, holds):
    """One line; `holds` says whether it is right, or raises."""
    global failed
    try:
        right = holds()
    except Exception:
        traceback.print_exc(file=sys.stdout)
        right = False
    failed += not right
    print(f"{'ok    ' if right else 'FAILED'}  {name}", flush=True)


def call(operation, field, arguments, **options):
    """Runs one operation and returns its field, all of whose own fields the SDK has asked for."""
    getattr(operation, field)(**arguments)
    return getattr(client(operation, **options), field)


def query(field, _options=None, **arguments):
    return call(Query(), field, arguments, **(_options or {}))


def mutate(field, _options=None, **arguments):
    return call(Mutation(), field, arguments, **(_options or {}))


def code_of(run):
    """The code of the first error, where the SDK looks for it."""
    try:
        run()
    except GqlError as error:
        return Endpoint._get_error_code(error.body)
    return None


def remember(**values):
    memory.update(values)
    return all(value is not None for value in values.values())


def end():
    sys.exit(1 if failed else 0)
