"""The lead API's SDK: each operation that is served, with the fields that the SDK picks itself where it may."""

import concurrent.futures
import json
import os
import socket
import uuid

from pycarlo.common.errors import GqlError, InvalidSessionError
from pycarlo.common.retries import ExponentialBackoff
from pycarlo.core import Client, Mutation, Query, Session
from pycarlo.core.endpoint import Endpoint
from sdk_session import case, client, code_of, end, memory, mutate, query, remember

port = int(os.environ["TARGET_PORT"])
OLD = {"user": "reader", "password": "winter-2025-reader"}
NEW = {"user": "reader_2026", "password": "spring-2026-reader"}
DETAILS = {"db_type": "postgres", "host": "127.0.0.1", "port": port, "db_name": "first", **OLD}


def selected(operation, select):
    select(operation)
    return client(operation)


def refused(code, run):
    try:
        run()
    except GqlError as error:
        return code in str(error) or getattr(error, "error_code", None) == code or code == ""
    return False


def oauth_client(secret):
    return Client(
        Session(
            mcd_oauth_client_id=os.environ["MCD_DEFAULT_API_ID"],
            mcd_oauth_client_secret=secret,
            mcd_instance_id="us1",
            endpoint=os.environ["MCD_API_ENDPOINT"],
        )
    )


def oauth_user(secret):
    operation = Query()
    operation.get_user().email()
    return oauth_client(secret)(operation).get_user.email


def unauthorized(run):
    try:
        run()
    except InvalidSessionError as error:
        return "401" in str(error) and "invalid_client" in str(error)
    return False


def bearer_of_revoked_token():
    """The bearer that a session holds is worth nothing once its token is revoked."""
    made = mutate("create_or_update_service_api_token", display_name="short", groups=["viewer"]).access_token
    session = Session(
        mcd_oauth_client_id=made.id, mcd_oauth_client_secret=made.token, mcd_instance_id="us1", endpoint=os.environ["MCD_API_ENDPOINT"]
    )
    held = Client(session)
    before = held("{ getUser { email } }").get_user.email
    mutate("delete_access_token", token_id=made.id)
    return before == "short" and refused("", lambda: held("{ getUser { email } }"))


def same_id_twice():
    """The second of two requests with one idempotency id waits for the first, and gets its answer."""
    options = {"idempotent_request_id": str(uuid.uuid4())}

    def test():
        return str(query("test_existing_connection", options, connection_id=memory["connection"]))

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        first, second = [pool.submit(test) for _ in range(2)]
        return first.result() == second.result()


class Silent:
    """A server that takes connections and says nothing: whoever logs in there waits for its deadline."""

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        return self.socket.getsockname()[1]

    def __exit__(self, *_):
        self.socket.close()


def waits_while_the_first_runs():
    """The SDK sends the same id again while the first request runs, is told so, waits, and gets the answer of the first run."""
    codes = []
    original = Endpoint._get_error_code

    def noted(body):
        codes.append(original(body))
        return codes[-1]

    Endpoint._get_error_code = staticmethod(noted)
    try:
        with Silent() as silent, concurrent.futures.ThreadPoolExecutor(2) as pool:
            details = {**DETAILS, "port": silent}
            options = {"idempotent_request_id": str(uuid.uuid4()), "timeout_in_seconds": 30}

            def test():
                return str(mutate("test_transactional_db_credentials", options, connection_details=details, validation_name="validate_connection"))

            first, second = [pool.submit(test) for _ in range(2)]
            return first.result() == second.result() and "REQUEST_IN_PROGRESS" in codes
    finally:
        Endpoint._get_error_code = staticmethod(original)


def gives_up_and_sends_again():
    """A client that gave up and sends the same id again is not refused, and gets an answer that is kept from then on."""
    options = {"idempotent_request_id": str(uuid.uuid4())}

    def test(**more):
        return str(mutate("test_transactional_db_credentials", {**options, **more}, connection_details=DETAILS, validation_name="validate_connection"))

    never_again = ExponentialBackoff(0, 0)
    try:
        test(timeout_in_seconds=0.02, retry_backoff=never_again)
    except Exception:
        pass
    answered = test()
    return "true" in answered.lower() and answered == test()


def other_request_with_same_id():
    options = {"idempotent_request_id": str(uuid.uuid4())}
    query("get_platform_services", options)
    return refused("another request", lambda: query("test_storage_access", options))


cases = [
    ("test_transactional_db_credentials runs one validator and keeps nothing", lambda: (
        lambda answer: answer.key is None and answer.validation_result.success
    )(mutate("test_transactional_db_credentials", connection_details=DETAILS, validation_name="validate_connection"))),
    ("test_transactional_db_credentials says what is wrong", lambda: (
        lambda errors: len(errors) == 1 and errors[0].cause and errors[0].friendly_message and errors[0].resolution and errors[0].stack_trace is None
    )(selected(Mutation(), lambda operation: operation.test_transactional_db_credentials(
        connection_details={**DETAILS, "password": "wrong"}, validation_name="validate_connection"
    ).validation_result().errors()).test_transactional_db_credentials.validation_result.errors)),
    ("test_transactional_db_credentials takes nulls in fields of other kinds", lambda: mutate(
        "test_transactional_db_credentials", connection_details={**DETAILS, "token": None, "domain": None, "client_id": None}, validation_name="save_credentials"
    ).key is not None),
    ("test_transactional_db_credentials stages", lambda: remember(
        key=mutate("test_transactional_db_credentials", connection_details=DETAILS, validation_name="save_credentials").key
    )),
    ("add_connection adds", lambda: remember(
        connection=mutate(
            "add_connection", key=memory["key"], connection_type="transactional-db", create_warehouse_type="transactional-db", name="sdk", job_types=["metadata"]
        ).connection.uuid
    )),
    ("get_platform_services lists it", lambda: (
        lambda services: remember(site=services[0].uuid) and memory["connection"] in [c.uuid for c in services[0].connections]
    )(query("get_platform_services"))),
    ("get_platform_services takes every filter", lambda: len(query(
        "get_platform_services",
        service_uuid=memory["site"],
        deployment_type="CLOUD_V2_P",
        connection_types=["TRANSACTIONAL_DB"],
        connection_uuids=[memory["connection"]],
        supports_connection_type="TRANSACTIONAL_DB",
    )) == 1),
    ("get_supported_validations_v2 begins with the prerequisite", lambda: (
        lambda found: found[0].name == "validate_connection" and found[0].is_prerequisite
    )(query("get_supported_validations_v2", connection_type="transactional_db").supported_validations)),
    ("test_existing_connection runs all", lambda: (
        lambda answer: answer.success and len(answer.validations) == 4
    )(query("test_existing_connection", connection_id=memory["connection"]))),
    ("test_existing_connection_v2 runs one", lambda: query(
        "test_existing_connection_v2", connection_id=memory["connection"], validation_name="validate_identity"
    ).additional_data.returned_data["user"] == "reader"),
    ("update_transactional_db_credentials_v2 stages", lambda: remember(
        change=mutate("update_transactional_db_credentials_v2", connection_id=memory["connection"], changes=NEW).result.key
    )),
    ("test_updated_credentials_v2 proves", lambda: mutate(
        "test_updated_credentials_v2", connection_type="TRANSACTIONAL_DB", temp_credentials_key=memory["change"], validation_name="validate_connection"
    ).validation_result.success),
    ("update_credentials_v2 saves", lambda: remember(
        saved=mutate("update_credentials_v2", connection_id=memory["connection"], temp_credentials_key=memory["change"]).updated_at
    )),
    ("update_credentials_v2 answers a repeat as the first time", lambda: mutate(
        "update_credentials_v2", connection_id=memory["connection"], temp_credentials_key=memory["change"]
    ).updated_at == memory["saved"]),
    ("update_credentials_v2 refuses a bad one with its reason", lambda: refused("refused", lambda: mutate(
        "update_credentials_v2",
        connection_id=memory["connection"],
        temp_credentials_key=mutate("update_transactional_db_credentials_v2", connection_id=memory["connection"], changes={"password": "wrong"}).result.key,
    ))),
    ("update_credentials changes in one call", lambda: mutate(
        "update_credentials", connection_id=memory["connection"], changes=json.dumps(OLD)
    ).success),
    ("one idempotency id, sent twice at once, is answered once", same_id_twice),
    ("one idempotency id, sent while the first request runs, is waited for", waits_while_the_first_runs),
    ("one idempotency id, sent again by a client that gave up, is answered", gives_up_and_sends_again),
    ("one idempotency id with another request is refused", other_request_with_same_id),
    ("a change that does not fit is BAD_REQUEST", lambda: code_of(lambda: mutate(
        "update_transactional_db_credentials_v2", connection_id=memory["connection"], changes={"port": 70000}
    )) == "BAD_REQUEST"),
    ("another kind's mutation is BAD_REQUEST", lambda: code_of(lambda: mutate(
        "update_snowflake_credentials_v2", connection_id=memory["connection"], changes={"user": "x"}
    )) == "BAD_REQUEST"),
    ("what is not there is NOT_FOUND", lambda: code_of(lambda: mutate("remove_connection", connection_id=str(uuid.uuid4()))) == "NOT_FOUND"),
    ("a spent key is told from a good one", lambda: code_of(lambda: mutate(
        "update_credentials_v2", connection_id=memory["connection"], temp_credentials_key="chg_tmp_none"
    )) in ("NOT_FOUND", "BAD_REQUEST")),
    ("a name that is taken is NAME_TAKEN", lambda: code_of(lambda: mutate(
        "add_connection",
        key=mutate("test_transactional_db_credentials", connection_details=DETAILS, validation_name="save_credentials").key,
        connection_type="transactional-db", create_warehouse_type="transactional-db", name="sdk",
    )) == "NAME_TAKEN"),
    ("refused credentials are VALIDATION_FAILED", lambda: code_of(lambda: mutate(
        "update_credentials", connection_id=memory["connection"], changes=json.dumps({"password": "wrong"})
    )) == "VALIDATION_FAILED"),
    ("another destination is SECRET_REENTRY_REQUIRED", lambda: code_of(lambda: mutate(
        "update_transactional_db_credentials_v2", connection_id=memory["connection"], changes={"host": "localhost"}
    )) == "SECRET_REENTRY_REQUIRED"),
    ("details that do not fit are a failed result", lambda: selected(Mutation(), lambda operation: operation.test_transactional_db_credentials(
        connection_details={**DETAILS, "port": 70000}, validation_name="validate_connection"
    ).validation_result().__fields__("success")).test_transactional_db_credentials.validation_result.success is False),
    ("a session signs in with client credentials", lambda: oauth_user(os.environ["MCD_DEFAULT_API_TOKEN"]) == "first owner"),
    ("a session with wrong client credentials says so", lambda: unauthorized(lambda: oauth_user("wrong"))),
    ("a bearer ends with its token", bearer_of_revoked_token),
    ("create_access_token makes a token with the caller's roles", lambda: remember(
        token=mutate("create_access_token", comment="of the SDK", expiration_in_days=1).access_token.id
    )),
    ("get_token_metadata tells of it", lambda: (
        lambda found: found.comment == "of the SDK" and found.is_service_api_token is False and list(found.groups) == ["owner"]
    )(next(one for one in query("get_token_metadata", index="account") if one.id == memory["token"]))),
    ("create_or_update_service_api_token makes and changes", lambda: (
        lambda made: made.token is not None
        and mutate("create_or_update_service_api_token", token_id=made.id, groups=["editor"]).access_token.token is None
        and next(one for one in query("get_token_metadata", index="account", is_service_api_token=True) if one.id == made.id).groups == ["editor"]
    )(mutate("create_or_update_service_api_token", display_name="loads", groups=["viewer"], expiration_in_days=1).access_token)),
    ("delete_access_token ends it", lambda: mutate("delete_access_token", token_id=memory["token"]).success),
    ("create_integration_key makes a key", lambda: remember(
        key=mutate("create_integration_key", description="of the SDK", scope="Spark").key.id
    )),
    ("get_integration_keys lists it", lambda: [
        key.id for key in selected(Query(), lambda operation: operation.get_integration_keys(scope="Spark").__fields__("id", "scope")).get_integration_keys
    ] == [memory["key"]]),
    ("delete_integration_key ends it", lambda: mutate("delete_integration_key", key_id=memory["key"]).deleted),
    ("create_account_secret keeps a secret, and shows no value", lambda: (
        lambda secret: secret.name == "sdk" and secret.value is None
    )(mutate("create_account_secret", name="sdk", scope="global", value="a value", expires_at="2100-01-01T00:00:00Z").secret)),
    ("update_account_secret gives another value", lambda: mutate("update_account_secret", name="sdk", scope="notifications", value="another").secret.scope == "notifications"),
    ("get_account_secret reveals", lambda: query("get_account_secret", name="sdk", reveal=True).value == "another"),
    ("get_account_secrets lists", lambda: [secret.name for secret in query("get_account_secrets")] == ["sdk"]),
    ("delete_account_secret deletes", lambda: mutate("delete_account_secret", name="sdk").deleted),
    ("get_account_audit_logs tells of it", lambda: "account-secret.delete" in [
        record.api_name for record in query("get_account_audit_logs", start_time="2020-01-01T00:00:00Z", first=20).records
    ]),
    ("set_connection_name names", lambda: mutate("set_connection_name", connection_id=memory["connection"], name="main").connection.name == "main"),
    ("toggle_connection_enable disables", lambda: mutate("toggle_connection_enable", connection_id=memory["connection"], enable=False).success),
    ("toggle_connection_enable enables", lambda: mutate("toggle_connection_enable", connection_id=memory["connection"], enable=True).success),
    ("ping_data_collector echoes", lambda: (
        lambda trace: query("ping_data_collector", dc_id=memory["site"], trace_id=trace).trace_id == trace
    )(str(uuid.uuid4()))),
    ("test_storage_access passes", lambda: query("test_storage_access", dc_id=memory["site"]).success),
    ("test_tcp_open_connection sees an open port", lambda: query("test_tcp_open_connection", host="127.0.0.1", port=port).success),
    ("test_telnet_connection sees a closed port", lambda: not query("test_telnet_connection", host="127.0.0.1", port=1).success),
    ("test_dns_lookup finds a name", lambda: query("test_dns_lookup", host="localhost").success),
    ("test_http_connection says that nothing answers", lambda: not query("test_http_connection", url="http://127.0.0.1:1/").success),
    ("get_user tells the account", lambda: selected(
        Query(), lambda operation: operation.get_user().account().connections().uuid()
    ).get_user.account.connections[0].uuid == memory["connection"]),
    ("get_warehouses lists", lambda: remember(
        warehouse=next(found.uuid for found in selected(Query(), lambda operation: operation.get_warehouses().__fields__("uuid", "name")).get_warehouses if found.name == "sdk")
    )),
    ("get_warehouse shows who made its connections", lambda: selected(
        Query(), lambda operation: operation.get_warehouse(uuid=memory["warehouse"]).connections().created_by().email()
    ).get_warehouse.connections[0].created_by.email == "first owner"),
    ("set_warehouse_name names", lambda: selected(
        Mutation(), lambda operation: operation.set_warehouse_name(dw_id=memory["warehouse"], name="sdk 2").warehouse().name()
    ).set_warehouse_name.warehouse.name == "sdk 2"),
    ("set_integration_name names", lambda: mutate(
        "set_integration_name", integration_id=memory["warehouse"], integration_type="WAREHOUSE", name="sdk 3"
    ).integration.name == "sdk 3"),
    ("update_platform_service names the site", lambda: mutate("update_platform_service", service_uuid=memory["site"], name="here").ok),
    ("set_connection_deletion_protection protects", lambda: mutate(
        "set_connection_deletion_protection", connection_id=memory["connection"], enable_deletion_protection=True
    ).success and refused("protected", lambda: mutate("remove_connection", connection_id=memory["connection"]))),
    ("remove_connection removes", lambda: mutate(
        "set_connection_deletion_protection", connection_id=memory["connection"], enable_deletion_protection=False
    ).success and mutate("remove_connection", connection_id=memory["connection"]).success),
    ("delete_integration deletes", lambda: mutate("delete_integration", integration_id=memory["warehouse"]).success),
]

for name, holds in cases:
    case(name, holds)
end()
