"""What schemathesis loads to ask the GraphQL API, by SCHEMATHESIS_HOOKS."""

import os
import sys

sys.path.insert(0, os.path.dirname(__file__))

import answers  # noqa: E402, F401
import documents  # noqa: E402, F401
