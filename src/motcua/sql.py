"""Writing SQL that holds values."""


def quoted(text: str) -> str:
    """Write a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted_or_null(text: str | None) -> str:
    """Write a text as an SQL literal, no text as null."""
    return "null" if text is None else quoted(text)
