"""Two tasks that use a connection of the gateway: by a hook, and in a template. Each says what it sees, and how many leases are live."""

import json
import os
import urllib.request
from typing import Any

from airflow.sdk import BaseHook, dag, task
from airflow.sdk.bases.operator import BaseOperator


def live_leases() -> Any:
    body = json.dumps({"query": "{ leases(live: true) { edges { node { job } } } }"}).encode()
    headers = {"authorization": f"Bearer {os.environ['TEST_VIEWER']}", "content-type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{os.environ['CHANGEOVER_URL']}/graphql", data=body, headers=headers)) as answer:
        return [edge["node"]["job"].split(" ")[0:2] for edge in json.load(answer)["data"]["leases"]["edges"]]


class Templated(BaseOperator):
    template_fields = ("text",)

    def __init__(self, text: str, **more: Any) -> None:
        super().__init__(**more)
        self.text = text

    def execute(self, context: Any) -> None:
        print("SAYS", json.dumps({"templated": self.text}), flush=True)


@dag(dag_id="leases", schedule=None)
def leases() -> None:
    @task
    def use() -> None:
        first, second = BaseHook.get_connection("warehouse"), BaseHook.get_connection("warehouse")
        secret = second.extra_dejson["signingSecret"]
        seen = {"type": first.conn_type, "host": first.host, "secret": len(secret), "live": live_leases()}
        print("SAYS", json.dumps(seen), flush=True)

    use() >> Templated(task_id="templated", text="{{ conn.warehouse.host }}")


leases()
