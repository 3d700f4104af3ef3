"""What an answer is judged by, beside schemathesis' own checks.

Those take every refusal for a fault. These take one that has no code of the schema, the code INTERNAL, or quotes what was sent; and hold
the data against the types of what was selected.
"""

import json
import os
import re

import graphql
import schemathesis
from documents import WORLD
from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, GraphQLObjectType
from schemathesis.graphql.checks import GraphQLClientError, GraphQLServerError

# Shorter texts stand in our own words by chance.
SHORTEST_QUOTE = 6


@schemathesis.hook
def filter_failure(context, failure, case, response):
    return not isinstance(failure, (GraphQLClientError, GraphQLServerError))


@schemathesis.check
def refusals_are_ours(ctx, response, case):
    codes = set(case.operation.schema.client_schema.type_map["ErrorCode"].values) - {"INTERNAL"}
    errors = response.json().get("errors", [])
    _tally(case, errors)
    assert response.status_code == 200 or (response.status_code == 400 and errors), f"status {response.status_code}"
    texts = [text for text in _texts_of(case.body) if len(text) >= SHORTEST_QUOTE and not _is_known(text)]
    for error in errors:
        assert error.get("extensions", {}).get("code") in codes, f"not a code of the schema: {error}"
        told = json.dumps(error, ensure_ascii=False)
        for text in texts:
            assert json.dumps(text, ensure_ascii=False)[1:-1] not in told, f"quotes {text!r}: {told}"


def _tally(case, errors):
    """A line for each answer, so that the test can tell whether documents are refused before they mean anything."""
    codes = sorted({str(error.get("extensions", {}).get("code")) for error in errors})
    with open(os.environ["GRAPHQL_TALLY"], "a", encoding="utf-8") as lines:
        lines.write(json.dumps({"operation": case.operation.label, "codes": codes}) + "\n")


def _texts_of(document):
    found = []

    class Texts(graphql.Visitor):
        def enter_string_value(self, node, *_):
            found.append(node.value)

    graphql.visit(graphql.parse(document), Texts())
    return found


def _is_known(text):
    """Ids are told back, and so are the names of kinds and validators."""
    return re.fullmatch(r"[0-9a-f-]{36}", text) is not None or any(text in named for named in WORLD["arguments"].values())


@schemathesis.check
def data_fits_its_schema(ctx, response, case):
    if (data := response.json().get("data")) is None:
        return
    schema = case.operation.schema.client_schema
    [operation] = [one for one in graphql.parse(case.body).definitions if isinstance(one, graphql.OperationDefinitionNode)]
    _fits_object(schema.get_root_type(operation.operation), operation.selection_set, data, "data")


def _fits_object(type_, selections, value, path):
    assert isinstance(value, dict), f"{path}: not an object"
    # The schema has no union, and of its interface no document of ours selects more than the fields.
    nodes = {(node.alias or node.name).value: node for node in selections.selections if isinstance(node, graphql.FieldNode)}
    if len(nodes) == len(selections.selections):
        assert set(value) == set(nodes), f"{path}: {sorted(value)} instead of {sorted(nodes)}"
    for key, node in nodes.items():
        if node.name.value == "__typename":
            assert value[key] == type_.name, f"{path}: __typename {value[key]!r}"
        else:
            _fits(type_.fields[node.name.value].type, node.selection_set, value[key], f"{path}.{key}")


def _fits(type_, selections, value, path):
    if isinstance(type_, GraphQLNonNull):
        assert value is not None, f"{path}: null in {type_}"
        _fits(type_.of_type, selections, value, path)
    elif value is None:
        return
    elif isinstance(type_, GraphQLList):
        assert isinstance(value, list), f"{path}: not a list"
        for index, item in enumerate(value):
            _fits(type_.of_type, selections, item, f"{path}.{index}")
    elif isinstance(type_, GraphQLObjectType):
        _fits_object(type_, selections, value, path)
    elif isinstance(type_, GraphQLEnumType):
        assert value in type_.values, f"{path}: {value!r} is no {type_}"
    elif type_.name in SCALARS:
        assert SCALARS[type_.name](value), f"{path}: {value!r} is no {type_}"


def _like(pattern):
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


SCALARS = {
    "Int": lambda value: type(value) is int and -(2**31) <= value < 2**31,
    "Float": lambda value: type(value) in (int, float),
    "Boolean": lambda value: type(value) is bool,
    "String": lambda value: type(value) is str,
    "ID": lambda value: type(value) is str,
    "UUID": _like(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "DateTime": _like(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"),
    "JSONString": lambda value: isinstance(value, str) and json.loads(value) is not ...,
}
