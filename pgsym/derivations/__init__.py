"""The catalogue of derivations, one script a result.

In a checkout the scripts lie in the folder `derivations` at the top; a wheel carries them here.
"""

from pathlib import Path

_checkout = Path(__file__).resolve().parents[2] / "derivations"
if (_checkout / "policy_gradient_one_step.py").is_file():
    __path__.append(str(_checkout))
