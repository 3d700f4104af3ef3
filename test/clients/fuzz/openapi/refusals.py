"""Why a request that fits its document may be refused all the same: what is stored decides, or a rule that no JSON Schema can say.

Each is one refusal of one kind, by what its answer says, at the operations whose names begin so. What is malformed is never among them.
"""

import re

POSIT = "/__api__/v1/oauth/integrations"
ATLAS = "/api/atlas/v[0-9.]+/groups/{groupId}/integrations/"
LERIAN = "/v1/management/connections"
MATILLION = "/dpc/v1/projects/{projectId}/connections"

EXPLAINED = [
    # Operations, what the answer says, why no schema does.
    (f"(POST|PATCH) {POSIT}", r'"code":(261|262)\b', "Users and groups have to exist."),
    (f"(POST|PATCH) {POSIT}", r'"code":(154|155)\b', "No keyword compares a member of items."),
    (f"(POST|PATCH) {POSIT}", r"must be (an http or https URL|an https URL|the https URL)", "Hosts of URLs: a parser's rules."),
    (f"PATCH {POSIT}/", r'"code":(228|238)\b', "The template of the stored integration says which keys its config has."),
    (f"PATCH {POSIT}/", r'"code":(53|229)\b', "What can't be changed is sent back with the value that is stored."),
    (f"POST {POSIT}/{{guid}}/verify", r'"code":(240|241)\b', "Whether it is a service account that its provider knows."),
    (f"POST {POSIT}/credentials", r'"code":(212|215|216|217|219|220|235|256|257)\b', "Session tokens are issued, and content has integrations."),
    (f"PUT {MATILLION}$", r"for this connection|cannot be changed here", "The stored connection says what can't be changed."),
    (f"(POST|PUT) {MATILLION}/env", r"as that of the connection", "The stored connection says how it authenticates."),
    (
        f"(POST|PUT) {MATILLION}/env",
        r"connectionProperties\.[^ ]*: is (not known here|required)",
        "The stored connection's type says which properties there are.",
    ),
    (f"(POST|PUT) {ATLAS}", r'"errorCode": ?"INVALID_URL"', "Hosts of URLs: a parser's rules."),
    (f"PUT {ATLAS}", r"is a mask, and not the one of the stored value", "Which mask the stored value has."),
    (f"PUT {ATLAS}", r'"errorCode": ?"MISSING_ATTRIBUTE"', "A secret that is stored may be left out."),
    (f"(POST|PATCH) {LERIAN}", r'"code":"FET-0414"', "Where connections may lead is the operator's to say."),
    (
        f"(POST|PATCH) {LERIAN}",
        r'"(databaseName|database_name|userName|username|ssl\.\w+)":"(?!must (not be empty|be one line|be set)|is required)',
        "The kind of the type says what databases, logins and certificates look like.",
    ),
    (f"PATCH {LERIAN}/", r'"code":"FET-0004"', "If-Match names the version that is stored."),
    (f"PATCH {LERIAN}/", r"must be given again|must be set when|belongs to no product", "What is stored decides what goes with it."),
    (f"GET {LERIAN}", r'"code":"FET-0409"', "No keyword compares two dates."),
    (f"GET {LERIAN}/{{id}}/schema", r'"code":"FET-1040"', "The database of the connection is asked."),
    (f"POST {LERIAN}/validate-schema", r'"code":"FET-(1060|1062)"', "Sources, tables and fields have to exist."),
    ("POST /v1/fetcher", r'"code":"FET-(1014|1016|1020)"', "Sources have to exist, and to be of the product."),
    ("POST /api/v1/connections/", r'"code":"VERSION_CONFLICT"', "If-Match names the version that is CURRENT."),
    ("POST /api/v1/connections/{id}/roll-back", r'"path":"version"', "Which versions are kept."),
    ("POST /api/v1/connections/{id}/changes", r'"kind":"|"code":"UNKNOWN_OPTION"', "The kind of the connection says which fields there are."),
    ("POST /api/v1/changes/validate", r'"path":"validationName"', "The kind of the connection says which validators there are."),
    ("PUT /__api__/v1/content/", r'"code":(207|258)\b', "Integrations have to exist, each given once."),
]


def is_explained(operation, answer):
    return any(re.match(named, operation) and re.search(said, answer) for named, said, _ in EXPLAINED)
