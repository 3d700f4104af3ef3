"""Tools of business intelligence, of pipelines, and others that are asked over HTTP."""


def tableau(url, site, **login):
    import tableauserverclient as client

    kinds = {"password": client.TableauAuth, "personal_access_token": client.PersonalAccessTokenAuth, "jwt": client.JWTAuth}
    [kind] = [kind for name, kind in kinds.items() if name in login]
    server = client.Server(url)
    server.use_server_version()
    with server.auth.sign_in(kind(site_id=site, **login)):
        return [server.version, server.users.get_by_id(server.user_id).name]


def looker(url, client_id, client_secret):
    import os

    import looker_sdk

    settings = {"BASE_URL": url, "CLIENT_ID": client_id, "CLIENT_SECRET": client_secret, "VERIFY_SSL": "false"}
    os.environ.update({f"LOOKERSDK_{name}": value for name, value in settings.items()})
    sdk = looker_sdk.init40()
    me = sdk.me()
    sdk.logout()
    return me.email


def airflow(url, username, password):
    import json
    import urllib.request

    import airflow_client.client as client

    body = json.dumps({"username": username, "password": password}).encode()
    asked = urllib.request.Request(f"{url}/auth/token", body, {"content-type": "application/json"})
    # The client's own documentation has its users ask for the token so.
    token = json.load(urllib.request.urlopen(asked))["access_token"]
    with client.ApiClient(client.Configuration(host=url, access_token=token)) as api:
        return [client.VersionApi(api).get_version().version, client.DAGApi(api).get_dags(limit=1).total_entries]


def pinecone(url, api_key):
    from pinecone import Pinecone

    return [index.name for index in Pinecone(api_key=api_key, host=url).list_indexes()]


def salesforce(url, **login):
    import requests
    from simple_salesforce import Salesforce

    session = requests.Session()
    session.mount("https://", loopback(url))
    client = Salesforce(session=session, version="64.0", **login)
    return client.limits()["DailyApiRequests"]["Max"]


def data_cloud(url, **login):
    from salesforcecdpconnector.connection import SalesforceCDPConnection
    from salesforcecdpconnector.query_submitter import QuerySubmitter

    connection = SalesforceCDPConnection("https://acme.my.salesforce.com", **login)
    for session in (connection.authentication_helper.session, QuerySubmitter.session):
        session.mount("https://", loopback(url))
    return len(connection.list_tables())


def loopback(url, **options):
    """For a client that takes no address: what it sends to its vendor goes to the fake as it is."""
    import requests

    class Loopback(requests.adapters.HTTPAdapter):
        def send(self, request, **given):
            path = request.url.split("/", 3)[3]
            request.url = f"{url}/{path}"
            return super().send(request, **{**given, **options})

    return Loopback()


def git(url, key=None):
    import os
    import subprocess

    strangers = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes"
    ssh = {} if key is None else {"GIT_SSH_COMMAND": f"ssh -i {private_file(key)} {strangers}"}
    # The older version says all in its first answer; of the newer one, which asks once more, the fake knows the first alone.
    listed = subprocess.run(
        ["git", "-c", "protocol.version=0", "ls-remote", url],
        env={**os.environ, "GIT_TERMINAL_PROMPT": "0", **ssh},
        capture_output=True,
        text=True,
        timeout=30,
    )
    if listed.returncode != 0:
        raise PermissionError(listed.stderr)
    return listed.stdout


def private_file(text):
    import tempfile

    with tempfile.NamedTemporaryFile("w", delete=False) as file:
        file.write(text)
    return file.name


def webhook(secret, body, headers):
    from standardwebhooks import Webhook

    return Webhook(secret).verify(body, headers)


def new_relic(port, authority, license_key):
    from newrelic_telemetry_sdk import GaugeMetric, MetricClient

    # What comes behind the port it hands to urllib3.
    client = MetricClient(license_key, host="localhost", port=port, ca_certs=authority)
    response = client.send(GaugeMetric("changeover.test", 1))
    client.close()
    # It hands on whatever the service says, and leaves it to its users to ask.
    response.raise_for_status()
    return [response.status, "requestId" in response.json()]
