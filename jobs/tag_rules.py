"""The tags that the refresh gives, read from their file."""

from pathlib import Path

import yaml

from analytics.tag_definitions import InvalidTagsError, TagDefinition, TagFault, read_tags

TAGS_FILE = Path(__file__).parent.parent / "assets" / "rules" / "tags.yaml"


def tags(path: Path = TAGS_FILE) -> tuple[TagDefinition, ...]:
    """Read the tags.

    Raises
    ------
    FileNotFoundError
        If the file is missing.
    InvalidTagsError
        If it is no YAML with a list ``tags``, or a tag cannot be used; with every fault.

    Examples
    --------
    >>> "runaway" in {tag.code for tag in tags()}
    True
    """
    try:
        held = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise InvalidTagsError((TagFault("", path.name, f"no YAML: {error}"),)) from error
    if not isinstance(held, dict) or set(held) != {"tags"}:
        raise InvalidTagsError((TagFault("", path.name, "one entry 'tags' with a list is needed"),))
    return read_tags(held["tags"])
