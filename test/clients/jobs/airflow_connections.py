"""What Airflow makes of the connections that the backend gives it: one for each line of JSON on standard input."""

import json
import sys

from airflow.sdk import Connection
from changeover_client import Credentials
from changeover_client.airflow_connection import airflow_connection

for line in sys.stdin:
    case = json.loads(line)
    made = Connection.from_json(json.dumps(airflow_connection(Credentials(case["kind"], 1, case["fields"]), case.get("conn_type"))), conn_id="c")
    members = {name: getattr(made, name) for name in ("conn_type", "host", "login", "password", "schema", "port")}
    print(json.dumps({**{name: value for name, value in members.items() if value is not None}, "extra": made.extra_dejson}))
