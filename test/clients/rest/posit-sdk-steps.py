"""What people do with posit-sdk besides its own integration tests. Prints a line for each step; the client itself is as PyPI has it."""
import json
import os
import sys

from posit import connect
from posit.connect.errors import ClientError
from posit.connect.external import aws

client = connect.Client()
provider = os.environ["PROVIDER"]
content_guid, session_token = os.environ["CONTENT"], os.environ["SESSION_TOKEN"]
steps = {}


def account(secret):
    return client.oauth.integrations.create(
        name="account",
        template="custom",
        config={
            "auth_type": "Service Account",
            "client_id": "client",
            "client_secret": secret,
            "token_uri": provider + "/token",
        },
    )


one, two = account("right"), account("right")
steps["description"] = one["description"]
steps["version"] = client.version
steps["user"] = client.me["user_role"]

content = client.content.get(content_guid)
content.oauth.associations.update([one["guid"], two["guid"]])
steps["associated"] = [a["oauth_integration_guid"] == i["guid"] for a, i in zip(content.oauth.associations.find(), [one, two])]
steps["app_guid"] = {a["app_guid"] for a in content.oauth.associations.find()} == {content_guid}
steps["of integration"] = len(one.associations.find())

try:
    client.oauth.get_content_credentials(session_token)
except ClientError as error:
    steps["which"] = error.error_code
credentials = client.oauth.get_content_credentials(session_token, audience=one["guid"])
steps["credentials"] = [credentials.get("access_token"), credentials.get("token_type")]
content.oauth.associations.delete()
steps["cleared"] = len(content.oauth.associations.find())

role = client.oauth.integrations.create(
    name="role", template="aws", config={"auth_type": "Service Account", "role_arn": os.environ["ROLE"], "region": os.environ["REGION"]}
)
content.oauth.associations.update(role["guid"])
key = aws.get_content_credentials(client, session_token)
steps["aws"] = [key["aws_access_key_id"][:4], key["aws_secret_access_key"] != "", key["aws_session_token"] != "", key["expiration"].year >= 2026]
role.update(config={"role_arn": os.environ["ROLE"] + "-of-nobody"})
try:
    aws.get_content_credentials(client, session_token)
except ClientError as error:
    steps["not granted"] = [error.error_code, "changeover aws-role grant" in error.error_message]
content.oauth.associations.delete()
role.delete()

one.update(config={"client_secret": "wrong"})
steps["rotated"] = client.oauth.integrations.get(one["guid"]) == one
try:
    one.update(config={"tennant_id": "x"})
except ClientError as error:
    steps["refused"] = [error.error_code, error.http_status]
steps["sessions"] = [len(client.oauth.sessions.find(all=True)), len(client.oauth.sessions.find())]
steps["found by"] = client.oauth.integrations.find_by(name="^account$", integration_type="custom") is not None

one.delete()
two.delete()
try:
    client.oauth.integrations.get(one["guid"])
except ClientError as error:
    steps["gone"] = [error.error_code, error.http_status]
json.dump(steps, sys.stdout)
