"""Documents that the gateway's limits let through, and that mostly name what is there: others are refused before they mean anything."""

import json
import os
import re
import zlib

import graphql
import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

# Below what the gateway takes.
DEPTH = 6
LARGEST_PAGE = 3

# What is there to be named, by the name of the argument; null where it may be left out. `connections` are the ids of each kind's.
WORLD = json.loads(os.environ["GRAPHQL_WORLD"])

# Of the lead API: whatever is in them is refused by name.
NOT_SERVED = {"connectionOptions", "ctpConfig"}

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner), max_leaves=5
)
JSON_OBJECTS = st.dictionaries(st.text(), JSON_VALUES, max_size=3)
schemathesis.graphql.scalar("JSONString", (JSON_OBJECTS | JSON_OBJECTS | JSON_VALUES).map(json.dumps).map(nodes.String))
schemathesis.graphql.scalar(
    "GenericScalar", st.text().map(nodes.String) | st.integers().map(nodes.Int) | st.booleans().map(nodes.Boolean)
)


@schemathesis.hook
def map_body(context, body):
    return graphql.visit(body, _Sensible(context.operation.definition.field_name))


class _Sensible(graphql.Visitor):
    """Takes no chances of its own, so that a seed gives the same documents: they follow from the literals."""

    def __init__(self, root_field):
        super().__init__()
        self.depth = 0
        of_kind = [ids for kind, ids in WORLD["connections"].items() if kind.replace("-", "") in root_field.lower()]
        self.connections = [one for ids in of_kind or WORLD["connections"].values() for one in ids]

    def enter_field(self, node, *_):
        self.depth += 1
        if self.depth < DEPTH or node.selection_set is None:
            return None
        leaves = [one for one in node.selection_set.selections if getattr(one, "selection_set", None) is None]
        kept = leaves or [graphql.FieldNode(name=graphql.NameNode(value="__typename"), arguments=(), directives=())]
        return graphql.FieldNode(
            alias=node.alias,
            name=node.name,
            arguments=node.arguments,
            directives=node.directives,
            selection_set=graphql.SelectionSetNode(selections=tuple(kept)),
        )

    def leave_field(self, *_):
        self.depth -= 1

    def enter_argument(self, node, *_):
        if node.name.value in NOT_SERVED and zlib.crc32(graphql.print_ast(node).encode()) % 4:
            return graphql.ArgumentNode(name=node.name, value=nodes.Null)
        value = self._sensible(node.name.value, node.value)
        return None if value is None else graphql.ArgumentNode(name=node.name, value=value)

    def enter_object_field(self, node, *_):
        value = self._sensible(node.name.value, node.value)
        return None if value is None else graphql.ObjectFieldNode(name=node.name, value=value)

    def _sensible(self, name, literal):
        """Null where it stays as it is. The type of a literal is never changed: a wrong one is there to be refused."""
        if isinstance(literal, graphql.IntValueNode):
            return self._sensible_number(name, int(literal.value))
        if not isinstance(literal, graphql.StringValueNode):
            return None
        chance = zlib.crc32(f"{name} {literal.value}".encode("utf-8", "surrogatepass"))
        named = self.connections if name == "connectionId" else WORLD["arguments"].get(name)
        if named is not None and chance % 8:
            chosen = named[chance // 8 % len(named)]
            return nodes.Null if chosen is None else graphql.StringValueNode(value=chosen)
        # Times, ids and JSON are left to those who read them.
        if chance % 4 == 0 or re.match(r'[\[{"]|-?\d+$|\d{4}-\d\d-|[0-9a-f]{8}-|null|true|false', literal.value):
            return None
        return graphql.StringValueNode(value=f"https://{chance}.example.com" if name.lower().endswith("url") else f"text-{chance}")

    @staticmethod
    def _sensible_number(name, number):
        # What is no Int is there to be refused, too.
        if abs(number) >= 2**31 or (name != "first" and number % 4 == 0):
            return None
        return graphql.IntValueNode(value=str(1 + number % (LARGEST_PAGE if name == "first" else 100)))
