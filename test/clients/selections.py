"""Prints, as JSON, the document that the SDK makes of each of its operations for which no fields are named."""

import json
import logging
import os
import sys

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
logging.disable(logging.CRITICAL)

from pycarlo.lib import schema  # noqa: E402
from sgqlc.operation import Operation  # noqa: E402
from sgqlc.types import Arg, Variable, non_null  # noqa: E402


def document(root, field):
    """Every argument is a variable that has to be given, so that the document can be sent and nothing is run by it."""
    kinds = {name: argument.type for name, argument in field.args.items()}
    variables = {name: Arg(kind if str(kind).endswith("!") else non_null(kind)) for name, kind in kinds.items()}
    operation = Operation(root, name=f"automatic_{field.graphql_name}", **({"variables": variables} if variables else {}))
    getattr(operation, field.name)(**{name: Variable(name) for name in kinds})
    return str(operation)


found = {}
for root in (schema.Query, schema.Mutation):
    for field in root:
        try:
            found[f"{root.__name__}.{field.graphql_name}"] = document(root, field)
        except Exception as error:
            found[f"{root.__name__}.{field.graphql_name}"] = f"# {error!r}"
json.dump(found, answers)
