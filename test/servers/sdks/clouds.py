"""Microsoft's, Google's and Amazon's clouds."""

from tools import loopback


def power_bi(url, authority, ca, client_id, client_secret, scope):
    import contextlib
    import io

    import requests
    from msal import ConfidentialClientApplication
    from simplepbi.admin import Admin

    app = ConfidentialClientApplication(client_id, client_credential=client_secret, authority=authority, verify=ca, instance_discovery=False)
    answer = app.acquire_token_for_client([scope])
    # Both return, or print, what others raise.
    if "access_token" not in answer:
        raise PermissionError(answer["error"] + ": " + answer["error_description"])
    plain, printed = requests.Session.get_adapter, io.StringIO()
    requests.Session.get_adapter = lambda session, **asked: loopback(url, verify=ca)
    try:
        with contextlib.redirect_stdout(printed):
            groups = Admin(answer["access_token"]).get_groups(top=1)
    finally:
        requests.Session.get_adapter = plain
    if groups is None:
        raise PermissionError(printed.getvalue())
    return [group["name"] for group in groups["value"]]


def data_factory(url, authority, ca, tenant, client_id, client_secret, subscription, group, factory):
    from azure.identity import ClientSecretCredential
    from azure.mgmt.datafactory import DataFactoryManagementClient

    credential = ClientSecretCredential(
        tenant, client_id, client_secret, authority=authority, connection_verify=ca, disable_instance_discovery=True
    )
    client = DataFactoryManagementClient(
        credential,
        subscription,
        base_url=url,
        connection_verify=ca,
        credential_scopes=["https://management.azure.com/.default"],
        retry_total=0,
    )
    return client.factories.get(group, factory).provisioning_state


def dataform(url, project, location, key):
    from google.cloud import dataform_v1
    from google.cloud.dataform_v1.services.dataform.transports.rest import DataformRestTransport
    from google.oauth2.service_account import Credentials

    scopes = ["https://www.googleapis.com/auth/cloud-platform"]
    credentials = Credentials.from_service_account_info({**key, "token_uri": f"{url}/token"}, scopes=scopes)
    transport = DataformRestTransport(host=url.split("//")[1], credentials=credentials, url_scheme="http")
    client = dataform_v1.DataformClient(transport=transport)
    asked = {"parent": f"projects/{project}/locations/{location}", "page_size": 1}
    return len(list(client.list_repositories(request=asked, retry=None, timeout=10)))


def boto3(url, service, action, parameters, region, **login):
    import boto3
    from botocore.config import Config

    config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    client = boto3.client(service, endpoint_url=url, region_name=region, config=config, **login)
    answer = getattr(client, action)(**parameters)
    return sorted(key for key in answer if key != "ResponseMetadata")
