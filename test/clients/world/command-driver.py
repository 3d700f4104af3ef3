"""Runs commands of the lead API's command line, many in one process: a request a line on stdin, its answer a line on stdout."""

import ast
import importlib
import json
import logging
import os
import pathlib
import re
import sys

# Whatever the client itself prints at import must not end up among the answers.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
logging.disable(logging.CRITICAL)

import click  # noqa: E402
import montecarlodata  # noqa: E402
import montecarlodata.settings as settings  # noqa: E402
from click.testing import CliRunner  # noqa: E402
from montecarlodata.cli import entry_point  # noqa: E402


def run(args, settings_of_run, answers_to_prompts):
    """As `montecarlo <args>` in an environment with these settings, which the client reads when it is imported."""
    before = {name: getattr(settings, name) for name in settings_of_run}
    for name, value in settings_of_run.items():
        setattr(settings, name, value)
    try:
        result = CliRunner().invoke(entry_point, args, input=answers_to_prompts)
    finally:
        for name, value in before.items():
            setattr(settings, name, value)
    failure = "" if result.exception is None or isinstance(result.exception, SystemExit) else f"\n{result.exception!r}"
    return {"code": result.exit_code, "output": result.output + failure}


def commands(command, path=()):
    """All commands, as words."""
    if not isinstance(command, click.Group):
        return [" ".join(path)]
    return [found for name in sorted(command.commands) for found in commands(command.commands[name], (*path, name))]


DOCUMENT = re.compile(r"^\s*(query|mutation)\b[^{]*\{\s*(\w+)")


def documents():
    """The GraphQL documents that the client holds as text, by the field that each asks for and the file that it is in."""
    found = {}
    for path in sorted(pathlib.Path(montecarlodata.__file__).parent.rglob("*.py")):
        module = importlib.import_module(".".join(("montecarlodata", *path.relative_to(pathlib.Path(montecarlodata.__file__).parent).with_suffix("").parts)).removesuffix(".__init__"))
        literals = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
        # Some are put together from parts, and are whole only once the module is loaded.
        for text in (*literals, *vars(module).values()):
            match = DOCUMENT.match(text) if isinstance(text, str) else None
            if match is None or text in found.values():
                continue
            name = f"{match.group(2)} ({path.stem})"
            same = sum(key.startswith(name) for key in found)
            found[name if same == 0 else f"{name} {same + 1}"] = text
    return found


for line in sys.stdin:
    asked = json.loads(line)
    if "args" in asked:
        answer = run(asked["args"], asked["settings"], asked["answers"])
    else:
        answer = {"commands": commands(entry_point), "documents": documents()}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
