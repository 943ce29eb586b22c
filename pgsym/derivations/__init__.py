"""The catalogue of derivations: a folder for each chapter, in it one for each part, and in these a file a subject.

In a checkout the chapters lie in the folder `derivations` at the top; a wheel carries them here.  Every file is a
module of this package, whatever its folder, such as `pgsym.derivations.policy_gradient_one_step`: its name stays when
it moves to another part, and no two files have the same.
"""

from pathlib import Path

_checkout = Path(__file__).resolve().parents[2] / "derivations"
FOLDER = _checkout if (_checkout / "index.json").is_file() else Path(__file__).resolve().parent
"""Where the chapters and the index are."""
CHAPTERS = tuple(sorted(f for f in FOLDER.glob("[0-9][0-9]_*") if f.is_dir()))
"""The folders of the chapters, in order."""
PARTS = tuple(sorted(f for chapter in CHAPTERS for f in chapter.glob("[!_.]*") if f.is_dir()))
"""The folders of their parts."""
__path__ += map(str, (*CHAPTERS, *PARTS))
