"""Make a lock file of pip-compile fit for every machine: without torch, and with triton where it exists."""

import re
import sys
from pathlib import Path

HEAD = """\
# What `make` installs, each file checked against these hashes; written by `make lock`. torch is left out, because its
# build differs by machine (the Makefile bounds it).
"""
# openai-whisper asks for it on this kind of machine only; pip-compile writes what it found on the one it ran on.
TRITON = 'sys_platform == "linux" and platform_machine == "x86_64"'


def portable(text: str) -> str:
    """Return the lock without comments and torch; a package is a line that begins at the margin and those behind it."""
    packages = re.findall(r"^[a-zA-Z0-9].*(?:\n[ \t]+.*)*", text, re.MULTILINE)
    kept = [package for package in packages if not package.startswith("torch==")]
    return (
        HEAD
        + "\n".join(re.sub(r"^(triton==[^\s;]+)(?: ;[^\\\n]*[^\\\s])?", rf"\1 ; {TRITON}", package) for package in kept)
        + "\n"
    )


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(portable(path.read_text()))
