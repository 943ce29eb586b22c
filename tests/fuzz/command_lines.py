"""Command lines drawn from the real tree of commands, with what people mistype and what nobody should type."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from pgsym.cli.app import app

NAMES = (
    "policy-gradient-one-step",
    "ce-is-pg-exactly",
    "pg-is-mae",
    "leave-one-out",
    "score-function",
    "one-step",
)
"""Ids and scripts that are quickly decided, or are none."""

STRANGE = (
    "",
    " ",
    "-",
    "--",
    "/dev/null",
    "/dev/full",
    "~",
    "*",
    "π",
    "policy‐gradient",
    "\u202ename",
    "a\nb",
    "\x1b[31m",
    "%s",
    "{0}",
    "$(touch pwned)",
    "; rm -rf x",
    "x" * 300,
    "x" * 5000,
    "nan",
    "inf",
    "1e9",
    "0x10",
    "-1",
    "0",
    "99999999999999999999",
    "1/0",
    "1/3",
    "١٢",
    "²",
    "json:dumps",
    "os:getcwd",
    "no.such.module:f",
    "nothing.py",
    "nothing.py:f",
    "./folder",
    "folder",
    "empty.py",
    "text.txt",
    "good.py",
    "good.py:f",
    "loss.py:loss",
    "loss.py:nothing",
    "loss.py:",
    ":loss",
    "[red]x[/red]",
    "[/]",
    "\udcff",
)
VALUES = {
    "--size": ("1,2,1", "S=1,A=2", "S=1", "T=2", "0,0,0", "-1,2,3", "1,,2", "S=1,S=2", "S=10000", "Q=2", "1,2,1,4"),
    "--format": ("tex", "html", "typ", "ipynb", "tex,html", "tex,tex", "docx", ",", "TEX", "pdf", "tex,docx"),
    "--output": ("out", "out/deeper", ".", "text.txt", "/proc/x", "/dev/null", "folder", ""),
    "--engine": ("auto", "typst", "pdflatex", "word", "tectonic", ""),
    "--kind": ("auto", "estimator", "advantages", "torch", "jax", "loss", "numpy"),
    "--name": ("adv=returns", "logp=log_probs", "x", "=", "x=", "=y", "adv=nothing", "a=b=c"),
    "--advantages": ("returns", "to_go", "group_mean", "leave_one_out", "gae", ""),
    "--objective": ("J", "entropy", "kl", "J-0.1*kl", "J+", "J*J", "forward-kl", "1e400*J", "J-" * 50, "0*J"),
    "--problem": ("bandit", "tree", "mdp", "all", "bandit,bandit", "maze", ","),
    "--groups": ("1", "2", "0", "-1", "1,2", "x", "1000000", "1.5"),
    "--group-size": ("1", "2", "0", "-1", "1,2", "x", "1000000", "1,2,3"),
    "--length": ("1", "2", "0", "-3", "1000000", "x", "1.5"),
    "--vocabulary": ("2", "3", "1", "0", "1000000", "x"),
    "--end": ("0", "1", "none", "7", "-1", "x"),
    "--discount": ("1", "0.9", "1/2", "0", "-1", "2", "nan", "inf", "1/0", "x", "1e400"),
    "--expect": ("unbiased", "scaled", "turned", "right", ""),
    "--seed": ("0", "1", "-1", "99999999999999999999999", "x", "4294967296"),
    "--budget": ("1", "10", "50", "0", "-5", "x"),
    "--draws": ("0", "5", "-1", "x"),
    "--horizon": ("1", "3", "0", "-2", "1000000000", "x"),
    "--policy": ("uniform", "random", "greedy"),
    "--option": ("map_name=4x4", "is_slippery=False", "x", "=", "x=1", "map_name=9x9", 'desc=["SG"]', "desc=[]"),
}
ARGUMENTS = {
    "gym": ("FrozenLake-v1", "CliffWalking-v1", "Taxi-v3", "CartPole-v1", "FrozenLake", "Nothing-v0", ""),
    "loss": ("loss.py:loss", "loss.py:weights", "loss.py:raises", "loss.py:nothing", "json:dumps", "loss.py"),
    "new": ("mine", "my-identity", "claim mine", "Mine", "a--b", "claim", "derivation x", "exists", "../up"),
}
SMALL = ("--problem", "bandit", "--group-size", "1,2", "--length", "1", "--vocabulary", "2", "--budget", "50")
"""What keeps an audit short."""

SLOW = frozenset({"verify", "claims", "estimators", "report"})
"""Commands that go through everything where no name is given: minutes, and the tests of their own do it."""

FILES = {
    "good.py": """from pgsym.claims.catalogue import Claim
from pgsym.terms import Variable
x = Variable("x")
def claims():
    yield Claim("square", says="It holds.", lhs=(x + 1) ** 2, rhs=x * x + 2 * x + 1)
def f(x):
    return x
""",
    "empty.py": "",
    "text.txt": "some text\\n",
    "exists.py": "precious",
    "loss.py": """import numpy as np
def loss(logp, rewards):
    return -(logp.sum(-1) * rewards.sum(-1)).mean() if hasattr(logp, 'sum') else 0
def weights(returns):
    return returns
def raises(returns):
    raise ValueError('no')
""",
}


def commands() -> dict[tuple[str, ...], Any]:
    """Every command of the tree, by its words."""
    found: dict[tuple[str, ...], Any] = {}

    def walk(command: Any, words: tuple[str, ...]) -> None:
        inner = getattr(command, "commands", None)
        if inner is None:
            found[words] = command
        for name, sub in (inner or {}).items():
            walk(sub, (*words, name))

    walk(typer.main.get_command(app), ())
    return found


def write_files(folder: Path) -> None:
    """What the command lines speak of."""
    for name, text in FILES.items():
        (folder / name).write_text(text)
    (folder / "folder").mkdir()


def command_lines(seed: int, how_many: int) -> Iterator[list[str]]:
    """Command lines, the same for the same seed."""
    rng = random.Random(seed)
    tree = commands()
    for _ in range(how_many):
        words = rng.choice(sorted(tree))
        line = _line(rng, words, tree[words])
        if rng.random() < 0.15:
            line = _mutated(rng, line)
        if line and line[0] in SLOW and not _names_something(line):
            line += [rng.choice(NAMES)] if line[0] != "estimators" else ["--nothing"]
        yield line


def _line(rng: random.Random, words: tuple[str, ...], command: Any) -> list[str]:
    line = list(words)
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            pool = ARGUMENTS.get(words[-1], NAMES)
            for _ in range(1 if parameter.required else rng.randint(1, 2)):
                chosen = rng.choice(STRANGE) if rng.random() < 0.3 else rng.choice(pool)
                line += chosen.split(" ") if words[-1] == "new" and chosen else [chosen]
    if words[-1] == "loss":
        line += SMALL
    if words[-1] == "gym":
        line += ["--horizon", rng.choice(("1", "2", "3", "0", "x"))]
    options = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
    for option in rng.sample(options, min(len(options), rng.choice((0, 0, 1, 1, 2, 3)))):
        flag = rng.choice(option.opts)
        if option.is_flag:
            line.append(flag)
            continue
        pool = VALUES.get(next(o for o in option.opts if o.startswith("--")), STRANGE)
        value = rng.choice(STRANGE) if rng.random() < 0.2 else rng.choice(pool)
        line += [f"{flag}={value}"] if rng.random() < 0.3 and flag.startswith("--") else [flag, value]
    return line


def _mutated(rng: random.Random, line: list[str]) -> list[str]:
    """The line with one word left out, doubled, moved, misspelt or put in."""
    out, at = list(line), rng.randrange(len(line))
    match rng.randrange(6):
        case 0:
            del out[at]
        case 1:
            out.insert(at, out[at])
        case 2:
            rng.shuffle(out)
        case 3:
            word = out[at] or "x"
            where = rng.randrange(len(word))
            out[at] = word[:where] + rng.choice("xé-=,:\x00π ") + word[where + 1 :]
        case 4:
            out.insert(at, rng.choice(STRANGE))
        case 5:
            out.insert(at, rng.choice(("--help", "--nothing", "-o", "--json", "--version", "-")))
    return out


def _names_something(line: list[str]) -> bool:
    """Whether a command that goes through everything by default is given a name, or ends before."""
    return any(not w.startswith("-") for w in line[1:2]) or "--help" in line
