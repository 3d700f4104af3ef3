"""The lead API's SDK with a secret in a variable that a key of AWS KMS decrypts, through its typed queries as the command line asks them."""

import os

from pycarlo.core import Mutation
from sdk_session import case, client, code_of, end, memory, mutate, query, remember

ALIAS = {"kms_key_id": "alias/sales", "aws_region": os.environ["KMS_REGION"]}
ROLE = os.environ["KMS_ROLE"]
VARIABLE = {"connection_type": "postgres", "self_hosted_credentials_type": "ENV_VAR", "env_var_name": "MCD_SALES", "decryption_service_type": "KMS"}


def test(name="validate_connection", **more):
    return mutate("test_self_hosted_credentials_v2", connection_details={**VARIABLE, **more}, validation_name=name)


def reason(key):
    """Why a staged change does not pass; its errors are asked for by name, since the SDK picks no lists by itself."""
    operation = Mutation()
    operation.test_updated_credentials_v2(
        connection_type="postgres", temp_credentials_key=key, validation_name="validate_connection"
    ).validation_result().errors()
    errors = client(operation).test_updated_credentials_v2.validation_result.errors
    return " ".join(f"{error.cause} {error.friendly_message}" for error in errors)


def stage(**changes):
    return mutate("update_self_hosted_credentials_v2", connection_id=memory["connection"], changes=changes).result.key


cases = [
    ("a variable that is not granted is refused", lambda: code_of(lambda: test("save_credentials", **ALIAS)) == "FORBIDDEN"),
    ("the operator grants it", lambda: client('mutation { grantSecrets(provider: env, prefix: "MCD_SALES") { prefix } }').grant_secrets.prefix == "MCD_SALES"),
    ("it is decrypted and proven", lambda: test(**ALIAS).validation_result.success),
    ("the key is required", lambda: code_of(lambda: test("save_credentials")) == "BAD_REQUEST"),
    ("a region is required with an alias", lambda: code_of(lambda: test("save_credentials", kms_key_id="alias/sales")) == "BAD_REQUEST"),
    ("a role that is not granted is refused", lambda: code_of(lambda: test("save_credentials", **ALIAS, assumable_role=ROLE)) == "FORBIDDEN"),
    ("another key does not decrypt it", lambda: test(**{**ALIAS, "kms_key_id": "alias/none"}).validation_result.success is False),
    ("it is saved", lambda: remember(key=test("save_credentials", **ALIAS).key)),
    ("it is added, and proven by that", lambda: remember(connection=mutate(
        "add_connection", key=memory["key"], connection_type="postgres", name="by KMS"
    ).connection.uuid)),
    ("it is tested", lambda: query("test_existing_connection", connection_id=memory["connection"]).success),
    ("an update keeps what it leaves out", lambda: remember(change=stage(kms_key_id="alias/sales")) and reason(memory["change"]) == ""),
    ("an update is committed", lambda: mutate(
        "update_credentials_v2", connection_id=memory["connection"], temp_credentials_key=memory["change"]
    ).success),
    ("an update to a key that is not there says so", lambda: "its key in KMS" in reason(stage(kms_key_id="alias/none"))),
    ("and is not committed", lambda: code_of(lambda: mutate(
        "update_credentials_v2", connection_id=memory["connection"], temp_credentials_key=stage(kms_key_id="alias/none")
    )) is not None),
    ("what is in use still works", lambda: query("test_existing_connection", connection_id=memory["connection"]).success),
    ("it is removed", lambda: mutate("remove_connection", connection_id=memory["connection"]).success),
]

for name, holds in cases:
    case(name, holds)
end()
