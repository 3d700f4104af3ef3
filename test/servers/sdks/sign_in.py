"""Signs in with a vendor's own SDK, once for each case that standard input lists, and prints what came of it: `who`, or `refused` with the SDK's own words.

Usage: sign_in.py <sdk>, which is a function of a module beside this one.
"""
import json
import logging
import sys

import clouds
import databases
import tools

logging.disable(logging.CRITICAL)


def sign_in(ask, case):
    try:
        return {"who": ask(**case)}
    # Whatever an SDK raises is what its users read.
    except Exception as error:
        return {"refused": f"{type(error).__name__}: {error}"}


[name] = sys.argv[1:]
[ask] = [getattr(module, name) for module in (clouds, databases, tools) if hasattr(module, name)]
json.dump([sign_in(ask, case) for case in json.load(sys.stdin)], sys.stdout)
