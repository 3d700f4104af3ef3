from __future__ import annotations

import json
import re
from typing import Any, Dict

from .credentials import Credentials


def as_environment(credentials: Credentials, prefix: str = "CONNECTION_") -> Dict[str, str]:
    """One variable for each field, as `changeover run` gives them: `signingSecret` is `CONNECTION_SIGNING_SECRET`; a nested field is JSON."""
    return {f"{prefix}{_upper_snake(field)}": _text(field, value) for field, value in credentials.items()}


def as_dbt_environment(credentials: Credentials) -> Dict[str, str]:
    """The variables for a profile of dbt. Text, and so every secret, is `DBT_ENV_SECRET_<FIELD>`, which dbt keeps out of its logs and lets nobody
    but profiles and packages read. Numbers and truth values are `DBT_<FIELD>`, since dbt can't convert what it keeps secret."""
    return {
        f"{'DBT_' if isinstance(value, (bool, int, float)) else 'DBT_ENV_SECRET_'}{_upper_snake(field)}": _text(field, value)
        for field, value in credentials.items()
    }


def _upper_snake(field: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: f"_{letter.group()}", field).upper()


def _text(field: str, value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if "\0" in text:
        # Python's own refusal would come later, in a place that does not know the field.
        raise ValueError(f"{field} can't be held by an environment variable")
    return text
