"""DataHub's own client for Matillion, as its connector uses it: a token, then each list. Says what it got as JSON."""

import json
import os
from datetime import datetime, timedelta, timezone

from datahub.ingestion.source.matillion_dpc.config import MatillionAPIConfig
from datahub.ingestion.source.matillion_dpc.matillion_api import MatillionAPIClient

url = os.environ["GATEWAY"]
client = MatillionAPIClient(
    MatillionAPIConfig(
        client_id=os.environ["CLIENT_ID"],
        client_secret=os.environ["CLIENT_SECRET"],
        custom_base_url=f"{url}/dpc/",
        custom_oauth_token_url=f"{url}/oauth/dpc/token",
    )
)
projects = client.get_projects()
project = projects[0].id
environments = client.get_environments(project)
until = datetime.now(timezone.utc).isoformat()
since = (datetime.now(timezone.utc) - timedelta(days=1)).isoformat()
print(
    json.dumps(
        {
            "projects": [{"id": one.id, "name": one.name} for one in projects],
            "environments": sorted(one.name for one in environments),
            "pipelines": len(client.get_pipelines(project, environments[0].name)),
            "streaming": len(client.get_streaming_pipelines(project)),
            "schedules": len(client.get_schedules(project)),
            "executions": len(client.get_pipeline_executions(started_after=since, started_before=until)),
            "steps": len(client.get_pipeline_execution_steps(project, "1")),
            "artifact": client.get_artifact_details(project, environments[0].name),
            "lineage": len(client.get_lineage_events(since, until)),
        }
    )
)
