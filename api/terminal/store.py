"""`playback store`: make and upgrade the tables of the database, and copy a library from one store to another."""

from pathlib import Path

from api.errors import SettingError
from index.mounting import prepare, warn
from ingest.errors import SourceError
from ingest.library.copying import Copied, copy_documents
from ingest.library.store import mount_store
from ingest.storage.documents import is_folder
from ingest.storage.mounts import is_mounted, unmount

_ADDRESSES = ("postgresql://", "postgres://")


def make_tables(address: str | None, action: str) -> int:
    """Make the tables of library and index, or upgrade those of an earlier version, and print what was done."""
    if address is None:
        raise SettingError(
            "PLAYBACK_STORE names no database; set it to an address such as postgresql://user:password@host/database"
        )
    for part, (before, after) in prepare(address, is_upgrade=action == "migrate").items():
        if before == after:
            print(f"{part}: its tables are of this version already ({after})")
        else:
            print(f"{part}: tables {'made' if before == 0 else f'upgraded from version {before}'} (version {after})")
    warn(address)
    return 0


def copy_library(source: str, target: str) -> int:
    """Copy the documents of a library to another store, verify every one, and print how many there are."""
    begin, end = _opened(source, "from"), _opened(target, "to")
    try:
        if not is_folder(begin / "library"):
            raise SourceError(f"{_name(source)} holds no library; there is nothing to copy")
        done = copy_documents(begin, end)
    finally:
        for home in (begin, end):
            if is_mounted(home):
                unmount(home)
    print(f"{_name(target)}: {_said(done)}; every one was compared by its SHA-256")
    print(
        "recordings are files and were not copied: keep the data folder, or copy its library/episodes/*/audio.* and "
        "player.mp4 with their times (cp -p); then run: playback index"
    )
    return 0


def _opened(name: str, end: str) -> Path:
    """Return a library's data folder, or for an address a folder that cannot be on the disk, with it mounted there."""
    if not name.startswith(_ADDRESSES):
        if "://" in name:
            raise SourceError(f"{end}: name a data folder, or an address that begins with postgresql://")
        return Path(name)
    home = Path("/dev/null") / end  # nothing can lie on the disk there
    mount_store(home, name)
    return home


def _name(name: str) -> str:
    from ingest.text.urls import shown_address

    return shown_address(name)


def _said(done: Copied) -> str:
    noun = "document" if done.documents == 1 else "documents"
    return f"{done.documents:,} {noun}, {done.episodes:,} episodes ({done.written:,} written)"
