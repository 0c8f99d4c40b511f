"""Writing files so that a reader sees the old one or the new one, never half of one."""

from pathlib import Path


def write_whole(path: Path, content: str | bytes) -> Path:
    """Write beside a file and put it in its place by a rename; give its path.

    One process at a time may write a file so: its caller holds the lock of what lies there. What a
    killed one left is written over by the next.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    partial.write_bytes(content.encode() if isinstance(content, str) else content)
    partial.replace(path)
    return path
