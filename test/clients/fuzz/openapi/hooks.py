"""What schemathesis is not told as a failure of the dialects, and why; loaded by SCHEMATHESIS_HOOKS. Every check runs for all operations."""

import os
import sys

import jsonschema_rs
import schemathesis

sys.path.insert(0, os.path.dirname(__file__))

from refusals import is_explained  # noqa: E402

SERVER_ERROR = "ST101"
REFUSED = "ST202"
WRONG_METHOD = "ST204"

# To whoever sends a method that these do not have it is the id of a connection, which is no UUID, and not a path without that method.
ALSO_IDS = {
    "/__api__/v1/oauth/integrations/credentials",
    "/v1/management/connections/unassigned",
    "/v1/management/connections/validate-schema",
}

# A database that does not answer fails its test, which clients are told by 500, as upstream.
FAILED_TEST = '"title":"Connection Test Failed"'

# The version that is asked for is looked at before the method, as upstream.
OTHER_VERSION = 406


@schemathesis.hook
def before_call(context, case, kwargs):
    """Of Atlas the type in the path says what a body holds, which no keyword can: a body that fits a type is sent to that type."""
    if "integrationType" not in (case.path_parameters or {}) or case.meta is None or not case.meta.generation.mode.is_positive:
        return
    for one in case.operation.body:
        for shape in one.definition["schema"]["anyOf"]:
            if jsonschema_rs.is_valid(shape, case.body):
                case.path_parameters["integrationType"] = shape["title"]
                return


@schemathesis.hook
def filter_failure(context, failure, case, response):
    if failure.code == SERVER_ERROR:
        return FAILED_TEST not in response.text
    if failure.code == REFUSED:
        return not is_explained(case.operation.label, response.text)
    has_reason = case.operation.path in ALSO_IDS or response.status_code == OTHER_VERSION
    return not (failure.code == WRONG_METHOD and has_reason)
