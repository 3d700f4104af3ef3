"""Databases and warehouses. What an SDK is told beyond address and login keeps it from asking again, and from reporting home."""


def snowflake(host, port, account, **login):
    import snowflake.connector

    if "private_key" in login:
        login["private_key"] = der_of(login["private_key"])
    patience = {"login_timeout": 10, "network_timeout": 10, "session_parameters": {"CLIENT_TELEMETRY_ENABLED": False}}
    connection = snowflake.connector.connect(host=host, port=port, protocol="http", account=account, **patience, **login)
    try:
        return connection.cursor().execute("SELECT 1").fetchone()[0]
    finally:
        connection.close()


def der_of(pem):
    from cryptography.hazmat.primitives import serialization as form

    key = form.load_pem_private_key(pem.encode(), password=None)
    return key.private_bytes(form.Encoding.DER, form.PrivateFormat.PKCS8, form.NoEncryption())


def trino(host, port, ca, user, password):
    from trino.auth import BasicAuthentication
    from trino.dbapi import connect

    connection = connect(host=host, port=port, user=user, http_scheme="https", auth=BasicAuthentication(user, password), verify=ca)
    return connection.cursor().execute("SELECT 1").fetchone()[0]


def presto(host, port, ca, user, password):
    import prestodb

    auth = prestodb.auth.BasicAuthentication(user, password)
    connection = prestodb.dbapi.connect(host=host, port=port, user=user, http_scheme="https", auth=auth)
    connection._http_session.verify = ca
    cursor = connection.cursor()
    cursor.execute("SELECT 1")
    return cursor.fetchone()[0]


def bigquery(url, project, key):
    from google.api_core.client_options import ClientOptions
    from google.cloud import bigquery
    from google.oauth2.service_account import Credentials

    scopes = ["https://www.googleapis.com/auth/cloud-platform"]
    credentials = Credentials.from_service_account_info({**key, "token_uri": f"{url}/token"}, scopes=scopes)
    client = bigquery.Client(project=project, credentials=credentials, client_options=ClientOptions(api_endpoint=url))
    return [dataset.dataset_id for dataset in client.list_datasets(max_results=1, retry=None)]


def dremio(url, project, token, sql):
    import asyncio

    from drs.auth import DrsConfig
    from drs.client import DremioClient
    from drs.commands.query import run_query

    async def ask():
        client = DremioClient(DrsConfig(uri=url, pat=token, project_id=project))
        try:
            return await run_query(client, sql)
        finally:
            await client.close()

    answer = asyncio.run(ask())
    # Its command prints what others raise.
    if answer["state"] != "COMPLETED":
        raise PermissionError(answer["error"])
    return answer["rows"]


def databricks(host, warehouse, **login):
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.core import Config

    workspace = WorkspaceClient(config=Config(host=host, retry_timeout_seconds=5, **login))
    state = workspace.warehouses.get(warehouse).state
    return [workspace.current_user.me().user_name, state.value]
