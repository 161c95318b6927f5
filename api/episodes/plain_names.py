"""Name files and addresses in public texts: without folders of this machine, names, passwords and queries."""

import re
from dataclasses import dataclass
from pathlib import PurePath

from ingest.library.records import Record
from ingest.text.urls import is_remote, shown_address

# The folders of an absolute path; not the path of an address, which follows a host.
_FOLDERS = re.compile(r"(?<![\w/.~%@\]-])/(?:[^\s/:;,]+/)+")


@dataclass(frozen=True, slots=True)
class Names:
    """The files that an episode's sources name, longest path first."""

    paths: tuple[str, ...]

    def plain(self, text: str) -> str:
        """Return a text, or an address or path alone, that names files without their folders."""
        if is_remote(text) and not any(map(str.isspace, text)):
            return shown_address(text)
        for path in self.paths:
            text = text.replace(path, PurePath(path).name)
        return _FOLDERS.sub("", text)


def names_of(record: Record) -> Names:
    """Return the names of an episode's files."""
    links = [link.url for item in record.items for link in (item.enclosure, *item.transcripts) if link is not None]
    known = {name for name in (*links, *(item.origin for item in record.items)) if not is_remote(name)}
    return Names(tuple(sorted((name for name in known if "/" in name), key=len, reverse=True)))
