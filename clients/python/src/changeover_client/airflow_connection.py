from __future__ import annotations

import base64
import json
from typing import Any, Dict, Mapping, Optional

from .credentials import Credentials

#: Types of Airflow's providers where they are not named as the kind is, with `-` as `_`.
CONN_TYPES: Mapping[str, str] = {
    "athena": "aws",
    "azure-dedicated-sql-pool": "mssql",
    "azure-sql-database": "mssql",
    "bigquery": "google_cloud_platform",
    "databricks-metastore-sql-warehouse": "databricks",
    "databricks-sql-warehouse": "databricks",
    "glue": "aws",
    "hive": "hiveserver2",
    "mariadb": "mysql",
    "microsoft-fabric": "mssql",
    "s3": "aws",
    "salesforce-crm": "salesforce",
    "sql-server": "mssql",
    "starburst-enterprise": "trino",
    "starburst-galaxy": "trino",
    "webhook": "http",
}

#: Fields that have a place of their own in a connection of Airflow's; what is left stands in `extra` under its own name.
FIELDS: Mapping[str, str] = {
    "host": "host",
    "hostName": "host",
    "serverName": "host",
    "port": "port",
    "user": "login",
    "username": "login",
    "password": "password",
    "database": "schema",
}

#: Where a provider of Airflow's reads a field elsewhere: `extra.x` is the member x of extra.
PLACES: Mapping[str, Mapping[str, str]] = {
    "aws": {
        "accessKeyId": "login",
        "secretAccessKey": "password",
        "sessionToken": "extra.aws_session_token",
        "assumableRole": "extra.role_arn",
        "externalId": "extra.external_id",
        "awsRegion": "extra.region_name",
        "region": "extra.region_name",
    },
    "databricks": {"workspaceUrl": "host", "token": "password", "clientId": "login", "clientSecret": "password"},
    "dbt_cloud": {"accountId": "login", "apiToken": "password", "baseUrl": "host"},
    "google_cloud_platform": {"serviceJson": "extra.keyfile_dict", "projectId": "extra.project"},
    "http": {"url": "host"},
    "oracle": {"database": "extra.service_name"},
    "salesforce": {"token": "extra.security_token", "consumerKey": "extra.consumer_key", "consumerSecret": "extra.consumer_secret"},
    "snowflake": {"privateKey": "extra.private_key_content", "privateKeyPassphrase": "password"},
    "tableau": {"siteName": "extra.site_id"},
    "trino": {"schema": "schema"},
}


def airflow_connection(credentials: Credentials, conn_type: Optional[str] = None) -> Dict[str, Any]:
    """A connection in the JSON form that Airflow reads. Nothing is lost: what Airflow has no word for stands in `extra` by its field's name."""
    named = conn_type or CONN_TYPES.get(credentials.kind, credentials.kind.replace("-", "_"))
    places = PLACES.get(named, {})
    connection: Dict[str, Any] = {"conn_type": named}
    extra: Dict[str, Any] = {}
    for field, value in credentials.items():
        place = places.get(field, FIELDS.get(field, f"extra.{field}"))
        if place.startswith("extra."):
            extra[place[len("extra.") :]] = value
        else:
            connection[place] = value
    _fit(named, connection, extra)
    if extra:
        connection["extra"] = json.dumps(extra)
    return connection


def _fit(conn_type: str, connection: Dict[str, Any], extra: Dict[str, Any]) -> None:
    """What a provider expects in another form than the gateway has it."""
    keyfile = extra.get("keyfile_dict")
    if isinstance(keyfile, str) and not keyfile.lstrip().startswith("{"):
        extra["keyfile_dict"] = base64.b64decode(keyfile).decode()
    if conn_type == "databricks" and connection.get("login"):
        extra["service_principal_oauth"] = True
    if conn_type == "dbt_cloud" and "host" in connection:
        connection["host"] = connection["host"].split("://")[-1].rstrip("/")
