"""The lead API's SDK on every kind: each operation with the fields that the SDK picks itself, run with real arguments.

FAKES holds the addresses of the systems that answer. At any other nothing listens.
"""

import base64
import json
import os
import uuid

from sdk_session import case, client, code_of, end, memory, mutate, query, remember

KMS_KEY = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-4000-8000-000000000001"
ROLE = "arn:aws:iam::123456789012:role/reader"
CLUSTER = "arn:aws:kafka:eu-west-1:123456789012:cluster/lake/6c1b6e2f-0000-0000-0000-000000000000-1"
NOWHERE = "http://127.0.0.1:1"
fakes = json.loads(os.environ["FAKES"])


def private_key():
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()).decode()


PEM = private_key()
ACCOUNT = {
    "type": "service_account",
    "project_id": "datalake",
    "private_key_id": "1",
    "private_key": PEM,
    "client_email": "loader@datalake.iam.gserviceaccount.com",
    "client_id": "1",
    "token_uri": "https://oauth2.googleapis.com/token",
}
ENTRA = {"tenant_id": "acme.example.com", "client_id": "app", "client_secret": "s"}
DATABRICKS = {"databricks_workspace_url": fakes["databricks"], "databricks_warehouse_id": fakes["warehouse"], "databricks_token": "right"}
KAFKA = {"cluster": "lkc-1", "url": NOWHERE, "auth_type": "BEARER", "auth_token": "s"}
CONFLUENT = {"cluster": "lkc-1", "api_key": "k", "secret": "s", "url": NOWHERE}
LOOKER_GIT = {"repo_url": f"{NOWHERE}/looks.git", "token": "s"}
SERVER = {"host": "127.0.0.1", "port": 1}
POSTGRES = {**fakes["postgres"], "db_name": "first", "user": "reader", "password": "winter-2025-reader"}

# What each kind is tested with, by its operation: "save_credentials" gives a key and dials nothing.
DETAILS = {
    "test_airflow_credentials_v2": {"host_name": NOWHERE},
    "test_athena_credentials_v2": {"assumable_role": ROLE, "aws_region": "eu-west-1"},
    "test_azure_data_factory_credentials": {**ENTRA, "subscription_id": "11111111-2222-3333-4444-555555555555", "resource_group_name": "rg", "factory_name": "nightly"},
    "test_bq_credentials_v2": {"service_json": base64.b64encode(json.dumps(ACCOUNT).encode()).decode()},
    "test_confluent_kafka_credentials": CONFLUENT,
    "test_confluent_kafka_connect_credentials": {**CONFLUENT, "confluent_env": "env-1"},
    "test_databricks_metastore_sql_warehouse_credentials_v2": {**DATABRICKS, "databricks_workspace_id": "7"},
    "test_databricks_sql_warehouse_credentials_v2": DATABRICKS,
    "test_dbt_cloud_credentials_v2": {"dbt_cloud_api_token": "s", "dbt_cloud_account_id": "7", "dbt_cloud_base_url": NOWHERE},
    "test_gcp_dataform_credentials": {"project_id": "datalake", "locations": ["europe-west1"], "service_account_info": json.dumps(ACCOUNT)},
    "test_glue_credentials_v2": {"assumable_role": ROLE, "aws_region": "eu-west-1"},
    "test_informatica_credentials": {"username": "ada", "password": "s", "base_url": NOWHERE},
    "test_informatica_v2_credentials": {"auth_mode": "PASSWORD", "username": "ada", "password": "s", "base_url": NOWHERE},
    "test_looker_credentials_v2": {"base_url": fakes["looker"], "client_id": "key", "client_secret": "right"},
    "test_looker_git_auth_credentials_v2": LOOKER_GIT,
    "test_looker_git_clone_credentials_v2": LOOKER_GIT,
    "test_msk_kafka_credentials": KAFKA,
    "test_msk_kafka_connect_credentials": {"cluster_arn": CLUSTER, "iam_role_arn": ROLE},
    "test_mulesoft_credentials": {"client_id": "app", "client_secret": "s"},
    "test_pinecone_credentials": {"api_key": "s", "environment": "us-east-1", "project_id": "c01b3cc"},
    "test_power_bi_credentials_v2": {**ENTRA, "auth_mode": "SERVICE_PRINCIPAL"},
    "test_redshift_credentials_v2": POSTGRES,
    "test_self_hosted_credentials_v2": {"connection_type": "postgres", "self_hosted_credentials_type": "ENV_VAR", "env_var_name": "MCD_SDK"},
    "test_self_hosted_kafka_credentials": {**KAFKA, "url": fakes["kafka"], "auth_token": "right"},
    "test_self_hosted_kafka_connect_credentials": KAFKA,
    "test_snowflake_credentials_v2": {"account": "myorg-acme", "warehouse": "JOBS", "user": "loader", "private_key": base64.b64encode(PEM.encode()).decode()},
    "test_tableau_credentials_v2": {"server_name": NOWHERE, "token_name": "ci", "token_value": "s"},
}

# The older forms validate at once. Nothing answers there, so that each gives no key.
OLDER = {
    "test_athena_credentials": {"assumable_role": ROLE, "aws_region": "eu-west-1"},
    "test_bq_credentials": DETAILS["test_bq_credentials_v2"],
    "test_database_credentials": {**SERVER, "connection_type": "redshift", "db_type": "redshift", "db_name": "sales", "user": "ada", "password": "s"},
    "test_databricks_sql_warehouse_credentials": {"databricks_config": {**DATABRICKS, "databricks_token": "wrong"}},
    "test_dbt_cloud_credentials": {**DETAILS["test_dbt_cloud_credentials_v2"], "connection_type": "dbt-cloud"},
    "test_fivetran_credentials": {"fivetran_api_key": "key", "fivetran_api_password": "wrong", "fivetran_base_url": fakes["fivetran"]},
    "test_glue_credentials": {"assumable_role": ROLE, "aws_region": "eu-west-1"},
    "test_hive_credentials": {**SERVER, "username": "ada", "auth_mode": "NOSASL"},
    "test_looker_git_clone_credentials": LOOKER_GIT,
    "test_power_bi_credentials": {**ENTRA, "auth_mode": "SERVICE_PRINCIPAL"},
    "test_presto_credentials": {**SERVER, "http_scheme": "https", "user": "ada", "password": "s", "catalog": "lake"},
    "test_s3_credentials": {"connection_type": "hive-s3", "assumable_role": ROLE, "bucket": "lake", "prefix": "events/"},
    "test_snowflake_credentials": DETAILS["test_snowflake_credentials_v2"],
    "test_spark_credentials": {"binary_mode": {**SERVER, "database": "default", "username": "ada", "password": "s"}},
    "test_tableau_credentials": {**DETAILS["test_tableau_credentials_v2"], "verify_ssl": True},
}

# What an update changes, and the kind whose connection it is about.
CHANGES = {
    "update_athena_credentials_v2": ("athena", {"workgroup": "nightly"}),
    "update_azure_data_factory_credentials_v2": ("azure-data-factory", {"client_secret": "t"}),
    "update_big_query_credentials_v2": ("bigquery", DETAILS["test_bq_credentials_v2"]),
    "update_databricks_metastore_sql_warehouse_credentials_v2": ("databricks-metastore-sql-warehouse", {"databricks_token": "t"}),
    "update_databricks_sql_warehouse_credentials_v2": ("databricks-sql-warehouse", {"databricks_token": "t"}),
    "update_dbt_cloud_credentials_v2_mutation": ("dbt-cloud", {"dbt_cloud_api_token": "t"}),
    "update_gcp_dataform_credentials_v2": ("gcp-dataform", {"locations": ["europe-west2"]}),
    "update_glue_credentials_v2": ("glue", {"aws_region": "eu-west-2"}),
    "update_informatica_v2_credentials_v2": ("informatica-v2", {"password": "t"}),
    "update_looker_credentials_v2": ("looker", {"client_secret": "t"}),
    "update_looker_git_auth_credentials_v2": ("looker-git-clone", {"token": "t"}),
    "update_pinecone_credentials_v2": ("pinecone", {"api_key": "t"}),
    "update_power_bi_credentials_v2": ("power-bi", {"client_secret": "t"}),
    "update_redshift_credentials_v2": ("redshift", {"password": "t"}),
    "update_self_hosted_credentials_v2": ("postgres", {"env_var_name": "MCD_SDK_2", "decryption_service_type": "KMS", "kms_key_id": KMS_KEY}),
    "update_tableau_credentials_v2": ("tableau", {"token_value": "t"}),
}

# Which test makes the key of a kind that is added without proof, since it is not active.
TESTED_BY = {
    "databricks-sql-warehouse": "test_databricks_sql_warehouse_credentials_v2",
    "athena": "test_athena_credentials_v2",
    "azure-data-factory": "test_azure_data_factory_credentials",
    "bigquery": "test_bq_credentials_v2",
    "dbt-cloud": "test_dbt_cloud_credentials_v2",
    "gcp-dataform": "test_gcp_dataform_credentials",
    "glue": "test_glue_credentials_v2",
    "informatica-v2": "test_informatica_v2_credentials",
    "looker-git-clone": "test_looker_git_auth_credentials_v2",
    "pinecone": "test_pinecone_credentials",
    "power-bi": "test_power_bi_credentials_v2",
    "tableau": "test_tableau_credentials_v2",
    "postgres": "test_self_hosted_credentials_v2",
}


def key_of(operation):
    return mutate(operation, connection_details=DETAILS[operation], validation_name="save_credentials").key


def add(remembered, operation, test, **arguments):
    """Adds by that operation what the test has saved, and remembers it by that name."""
    added = mutate(operation, key=key_of(test), **arguments).connection
    return remember(**{remembered: added.uuid})


def updates(operation):
    kind, changes = CHANGES[operation]
    if kind not in memory:
        add(kind, "add_connection", TESTED_BY[kind], connection_type=kind, name=f"of {kind}", is_active=False)
    return mutate(operation, connection_id=memory[kind], changes=changes).result.key is not None


def container_of(name):
    """The id of the integration that a connection stands in."""
    edges = client("{ connections(first: 100) { edges { node { uuid integrationId } } } }").connections.edges
    return next(edge.node.integration_id for edge in edges if edge.node.uuid == memory[name])


def refused_for(code, field, **arguments):
    return code_of(lambda: query(field, **arguments)) == code


client('mutation { grantSecrets(provider: env, prefix: "MCD_SDK") { prefix } }')

cases = [
    *((f"{operation} saves", lambda operation=operation: key_of(operation) is not None) for operation in DETAILS),
    *((f"{operation} gives no key where nothing answers", lambda operation=operation: mutate(operation, **OLDER[operation]).key is None) for operation in OLDER),
    ("test_self_hosted_credentials refuses what is not granted", lambda: code_of(lambda: mutate(
        "test_self_hosted_credentials", connection_type="snowflake", self_hosting_mechanism="secretsmanager",
        self_hosting_key="arn:aws:secretsmanager:eu-west-1:123456789012:secret:snowflake-AbCdEf", region="eu-west-1",
    )) is not None),
    ("test_credentials tests a key again", lambda: mutate(
        "test_credentials", key=key_of("test_looker_credentials_v2"), connection_type="looker"
    ).success),
    ("add_bi_connection adds", lambda: add("looker", "add_bi_connection", "test_looker_credentials_v2", connection_type="looker", name="looks")),
    ("update_bi_connection_name names", lambda: mutate(
        "update_bi_connection_name", resource_id=container_of("looker"), name="looks 2"
    ).bi_container.uuid == container_of("looker")),
    ("add_etl_connection adds", lambda: remember(fivetran=mutate(
        "add_etl_connection",
        key=mutate("test_fivetran_credentials", **{**OLDER["test_fivetran_credentials"], "fivetran_api_password": "right"}).key,
        connection_type="fivetran", name="loads",
    ).connection.uuid)),
    ("add_databricks_connection adds", lambda: add(
        "databricks-metastore-sql-warehouse", "add_databricks_connection", "test_databricks_metastore_sql_warehouse_credentials_v2",
        connection_type="databricks-metastore-sql-warehouse", create_warehouse_type="data-lake", name="lake", job_limits="{}",
    )),
    ("set_etl_container_name names", lambda: mutate(
        "set_etl_container_name", etl_container_id=container_of("fivetran"), name="loads 2"
    ).etl_container.uuid == container_of("fivetran")),
    ("add_connection adds Redshift", lambda: add(
        "redshift", "add_connection", "test_redshift_credentials_v2", connection_type="redshift", create_warehouse_type="redshift", name="producer"
    )),
    ("add_redshift_consumer_connection adds", lambda: add(
        "consumer", "add_redshift_consumer_connection", "test_redshift_credentials_v2", producer_resource_id=container_of("redshift"), connection_name="consumer"
    )),
    ("add_streaming_system adds", lambda: remember(
        system=mutate("add_streaming_system", streaming_system_type="self-hosted", streaming_system_name="events").streaming_system.uuid
    )),
    ("add_streaming_connection adds", lambda: add(
        "topics", "add_streaming_connection", "test_self_hosted_kafka_credentials",
        connection_type="self-hosted-kafka", streaming_system_id=memory["system"], new_cluster_id="lkc-1", new_cluster_name="topics",
    )),
    ("get_streaming_systems lists it", lambda: [
        (one.system.uuid, [connection.uuid for connection in one.cluster_connections])
        for one in query("get_streaming_systems", include_clusters=True)
    ] == [(memory["system"], [memory["topics"]])]),
    ("update_streaming_system_name names", lambda: mutate(
        "update_streaming_system_name", streaming_system_uuid=memory["system"], new_name="events 2"
    ) is not None),
    ("update_streaming_cluster_name names", lambda: remember(cluster=container_of("topics")) and mutate(
        "update_streaming_cluster_name", streaming_cluster_uuid=memory["cluster"], new_name="topics 2"
    ) is not None),
    ("delete_streaming_cluster deletes", lambda: mutate("remove_connection", connection_id=memory["topics"]).success and mutate(
        "delete_streaming_cluster", streaming_cluster_uuid=memory["cluster"]
    ) is not None),
    ("delete_streaming_system deletes", lambda: mutate("delete_streaming_system", streaming_system_uuid=memory["system"]) is not None),
    ("validate_connection_type tells what fits", lambda: [
        query("validate_connection_type", warehouse_type=warehouse, connection_type="athena") for warehouse in ("data-lake", "snowflake")
    ] == [True, False]),
    ("test_agent_reachability says that there is no worker", lambda: refused_for(
        "NOT_FOUND", "test_agent_reachability", agent_id=str(uuid.uuid4()), validation_name="validate_connection"
    )),
    ("test_data_store_reachability says that there is no worker", lambda: refused_for("NOT_FOUND", "test_data_store_reachability", agent_id=str(uuid.uuid4()))),
    ("test_notification_integration says that there is none", lambda: refused_for("NOT_FOUND", "test_notification_integration", setting_id=str(uuid.uuid4()))),
    *((f"{operation} stages", lambda operation=operation: updates(operation)) for operation in CHANGES),
]

for name, holds in cases:
    case(name, holds)
end()
