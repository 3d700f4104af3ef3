"""What schemathesis does not ask of single operations of the dialects, and why; loaded by SCHEMATHESIS_HOOKS. All else is asked of all."""

import schemathesis

WRONG_METHOD = "ST204"

# To whoever sends PATCH or DELETE it is the id of a connection, which is no UUID, and not a path without that method.
ALSO_IDS = {"/v1/management/connections/unassigned", "/v1/management/connections/validate-schema"}


@schemathesis.hook
def filter_failure(context, failure, case, response):
    return not (failure.code == WRONG_METHOD and case.operation.path in ALSO_IDS)
