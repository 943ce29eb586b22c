"""The chapters of the article; their texts determine the order of the claims.

A chapter is a folder of `derivations`, named by its number and some words.  Its text is `chapter.txt`: blocks with
blank lines between them, each of which is

    # Title                      the chapter's title; it comes first
    ## Title                     a part; its files lie in a folder of that name, such as `are_they_the_same`
    claims: an-id another-id     claims of the part, in their order
    anything else                prose of the part (see `pgsym.report.chapters`)

A claim that no text names follows the claim before it in its file; if it is the first of its file, it stands at the
end of the part in whose folder the file lies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pgsym.derivations import CHAPTERS
from pgsym.errors import ReportError, UnknownName

TEXT = "chapter.txt"


@dataclass(frozen=True)
class Part:
    """A part of a chapter: its blocks of prose, and the claims that it names; the first part has no title."""

    title: str
    texts: tuple[str, ...]
    claims: tuple[str, ...]

    @property
    def folder(self) -> str:
        """The name of the folder of its files; empty for the first part, whose files lie in the chapter's folder.

        >>> Part("Are they the same?", (), ()).folder
        'are_they_the_same'
        """
        return "_".join(re.findall(r"\w+", self.title.lower()))


@dataclass(frozen=True)
class Chapter:
    """A chapter of the article."""

    number: int
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, order=True)
class Place:
    """The place of a claim in the article: chapter, part, place in the part's list, file, and place in the file."""

    chapter: int
    part: int
    at: int
    file: str
    line: int


@cache
def chapters() -> tuple[Chapter, ...]:
    """All chapters, in their order.

    >>> [c.title for c in chapters()][:3]
    ['Title and introduction', 'Policy Gradient', 'Something Feels Off']
    """
    return tuple(parse(_number(folder), (folder / TEXT).read_text("utf-8")) for folder in CHAPTERS)


def _number(folder: Path) -> int:
    return int(folder.name.partition("_")[0])


def parse(number: int, text: str) -> Chapter:
    """The chapter of a text; raises ReportError if the text does not begin with a title."""
    title, *blocks = [b.strip() for b in text.split("\n\n") if b.strip()]
    if not title.startswith("# "):
        raise ReportError(f"chapter {number} begins with {title[:40]!r}, not with its title")
    parts: list[tuple[str, list[str]]] = [("", [])]
    for block in blocks:
        if block.startswith("## "):
            parts.append((block[3:], []))
        else:
            parts[-1][1].append(block)
    return Chapter(number, title[2:], tuple(_part(name, said) for name, said in parts))


def _part(title: str, said: list[str]) -> Part:
    named = [name for block in said if block.startswith("claims: ") for name in block.split()[1:]]
    return Part(title, tuple(b for b in said if not b.startswith("claims: ")), tuple(named))


def places(path: Path, claims: Iterable[str]) -> Iterator[Place]:
    """The place of each claim of a file of the catalogue; raises UnknownName if its folder is not a part."""
    place = _end_of_part(path.parent)
    for line, name in enumerate(claims):
        place = _places_in_texts().get(name, place)
        yield Place(*place, path.stem, line)


@cache
def _places_in_texts() -> dict[str, tuple[int, int, int]]:
    """The chapter, the part, and the place in the part of every claim that the texts name."""
    return {
        name: (chapter.number, k, at)
        for chapter in chapters()
        for k, part in enumerate(chapter.parts)
        for at, name in enumerate(part.claims)
    }


@cache
def _end_of_part(folder: Path) -> tuple[int, int, int]:
    """The chapter and the part of a folder, and the place after the part's last claim."""
    inside = folder.name if folder.parent in CHAPTERS else ""
    number = _number(folder.parent if inside else folder)
    parts = next(chapter.parts for chapter in chapters() if chapter.number == number)
    for k, part in enumerate(parts):
        if part.folder == inside:
            return number, k, len(part.claims)
    titles = ", ".join(part.title for part in parts if part.title) or "none"
    raise UnknownName(f"{folder} is not a part of chapter {number}; the titles of its parts are: {titles}")
