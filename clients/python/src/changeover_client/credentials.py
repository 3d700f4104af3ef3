from __future__ import annotations

from typing import Any, Iterator, Mapping


class Credentials(Mapping[str, Any]):
    """Settings and secrets of one version of a connection, by the names of its kind's fields. Read only.

    Printing it, or a traceback that shows it, tells the names of the fields and no value.
    """

    def __init__(self, kind: str, version: int, fields: Mapping[str, Any]) -> None:
        self.kind = kind
        self.version = version
        self._fields = {name: value for name, value in fields.items() if value is not None}

    def __getitem__(self, name: str) -> Any:
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"<Credentials kind={self.kind} version={self.version} fields={','.join(self._fields)}>"
