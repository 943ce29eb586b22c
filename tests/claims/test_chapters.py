"""The chapters' texts and folders: what they name is there once, and a claim stands where they say."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from pgsym.claims import catalogue
from pgsym.claims.chapters import Place, chapters, parse, places
from pgsym.claims.index import homes
from pgsym.derivations import FOLDER, PARTS
from pgsym.errors import ReportError, UnknownName
from pgsym.report.chapters import blocks
from pgsym.report.document import Statement

CRITICS = FOLDER / "11_sequential_supervised_learning" / "critics"


def test_the_chapters_name_claims_that_exist_and_each_once() -> None:
    assert [c.number for c in chapters()] == list(range(12))
    named = Counter(name for c in chapters() for part in c.parts for name in part.claims)
    assert set(named.values()) == {1}
    assert set(named) <= set(catalogue.entries())
    noted = {b.name for c in chapters() for part in c.parts for b in blocks(part.texts) if isinstance(b, Statement)}
    assert len(noted) >= 20
    assert not noted & set(named)


def test_every_folder_is_a_part_and_holds_files() -> None:
    folders = {path.parent for path in homes().values()}
    assert set(PARTS) <= folders
    for folder in folders:
        assert len([*places(folder / "anything.py", ["an-id"])]) == 1


def test_a_claim_stands_where_a_chapter_names_it_or_behind_the_one_before_it() -> None:
    found = [*places(CRITICS / "gae.py", ["a-new-one", "any-critic", "another", "pg-preview-gradient"])]
    critics = next(part for part in chapters()[11].parts if part.folder == "critics")
    chapter, part = 11, chapters()[11].parts.index(critics)
    at = critics.claims.index("any-critic")
    assert found == [
        Place(chapter, part, len(critics.claims), "gae", 0),
        Place(chapter, part, at, "gae", 1),
        Place(chapter, part, at, "gae", 2),
        Place(1, 0, 0, "gae", 3),
    ]


def test_a_new_file_stands_at_the_end_of_its_part() -> None:
    (new,) = places(CRITICS / "a_new_file.py", ["a-new-claim"])
    there = [e.place for e in catalogue.entries().values() if e.place]
    assert new > max(place for place in there if (place.chapter, place.part) == (new.chapter, new.part))


def test_a_folder_that_is_no_part_is_refused() -> None:
    with pytest.raises(UnknownName, match=r"parts are: .*Critics"):
        list(places(CRITICS.parent / "no_such_part" / "mine.py", ["mine"]))


def test_a_chapter_without_a_title_is_refused() -> None:
    with pytest.raises(ReportError, match="begins with"):
        parse(3, "Some prose.\n\n# Late")


def test_a_chapters_text_becomes_its_parts() -> None:
    first, second = parse(0, "# T\n\nA *b*.\n\n## A part: 2\n\nfigure: noise\n\nclaims: c d").parts
    assert (first.title, first.texts, first.claims) == ("", ("A *b*.",), ())
    assert (second.folder, second.texts, second.claims) == ("a_part_2", ("figure: noise",), ("c", "d"))


def test_a_file_outside_stands_nowhere_and_needs_no_place(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        "from pgsym.claims import Claim\n\n\ndef claims():\n    yield Claim('b', 'It is.', 1, 1)\n"
        "    yield Claim('a', 'It is.', 1, 1)\n"
    )
    found = catalogue.entries_of(str(path))
    assert [(e.claim.id, e.place, e.chapter) for e in found] == [("b", None, None), ("a", None, None)]


def test_a_folder_of_the_catalogue_is_read_with_its_parts() -> None:
    found = {e.home for e in catalogue.entries_of(str(FOLDER / "08_multiple_timesteps"))}
    assert {"objective-trajectory", "trajectory-factorisation"} <= found
    assert {homes()[name].parent.name for name in found} == {"08_multiple_timesteps"}


def test_a_folder_around_the_catalogue_is_a_users_own() -> None:
    """Such as one with an environment in which pgsym is installed."""
    with pytest.raises(UnknownName, match=r"holds no \.py files"):
        catalogue.entries_of(str(FOLDER.parent))
