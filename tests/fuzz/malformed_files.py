# ruff: noqa: E501 (a file a line)
"""Files of claims and losses that are wrong in one way each, and how they are given to the command line."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

HEAD = """from fractions import Fraction as F
from pgsym import rules
from pgsym.claims.catalogue import Claim, Example, Rung, Relation
from pgsym.kernel import Derivation
from pgsym.problems import one_step
from pgsym.terms import *
m = one_step()
x, y = Variable("x"), Variable("y")
"""

EXCEPTIONS = (
    "raise ValueError('two\\nlines')",
    "raise KeyError",
    "1/0",
    "raise SystemExit(0)",
    "raise SystemExit('bye')",
    "raise RecursionError('deep')",
    "raise MemoryError",
    "raise StopIteration",
    "raise GeneratorExit",
    "raise type('Odd', (BaseException,), {})('odd')",
    "raise type('Mute', (Exception,), {'__str__': lambda self: 1/0})()",
    "raise OSError(2, 'gone', 'file')",
    "raise BrokenPipeError",
    "raise UnicodeDecodeError('utf-8', b'x', 0, 1, 'bad')",
    "import no_such_module",
    "from pgsym import no_such_name",
    "open('missing.txt')",
    "int('x')",
    "assert False, 'assertion'",
    "raise Warning",
    "(lambda f: f(f))(lambda f: f(f))",
    "undefined_name",
    "import sys; sys.exit(3)",
    "grad(x) * grad(x) + 1",
    "m.expectation(3.5)",
    "Variable(3)",
    "Symbol('f', 'state')",
    "print('noise'); raise Exception('\\x1b[31mred [red]markup[/red] \\udcff')",
)

NOT_PYTHON = (
    b"def claims(:\n",
    b"claims = \n  = 3",
    b"\xff\xfe\x00c\x00l",
    b"# -*- coding: nonsense -*-\nx = 1",
    b"x = '\xe9'\n",
    b"\x00\x00\x00",
    b"",
    b"\n\n\n",
    b"#" * 1000,
    b"(" * 3000 + b")" * 3000,
    b"x = " + b"-" * 5000 + b"1",
    b"'unclosed",
    b"\tx\n  y",
    b"print 'two'",
    b"return 3",
    b"yield 3",
    b"await x",
    b"def claims(): return 1\n\x0c\x1a",
    b"\xef\xbb\xbfx = 1",
    b"%PDF-1.4 binary \x80\x81",
)

CLAIMS = (
    "def claims(): return None",
    "def claims(): return 3",
    "def claims(): return []",
    "def claims(): return 'text'",
    "def claims(): return [None]",
    "def claims(): return [Claim]",
    "def claims(): yield Claim()",
    "def claims(): yield 'a'",
    "def claims(n): yield n",
    "async def claims(): pass",
    "claims = 3",
    "claims = None",
    "class claims: pass",
    "def claims(): yield {ok}; yield {ok}",
    "def claims(): yield {ok}; 1/0",
    "def claims(): yield Claim('Not An Id', '', x, x)",
    "def claims(): yield Claim(3, '', x, x)",
    "def claims(): yield Claim('', '', x, x)",
    "def claims(): yield Claim('a', 3, x, x)",
    "def claims(): yield Claim('a', '$\\\\input{{x}}$', x, x)",
    "def claims(): yield Claim('a', '$unclosed \\udcff', x, x)",
    "def claims(): yield Claim('a', '[red]', x, x, remark=3)",
    "def claims(): yield Claim('a', '', 'x', x)",
    "def claims(): yield Claim('a', '', 0.5, x)",
    "def claims(): yield Claim('a', '', float('nan'), x)",
    "def claims(): yield Claim('a', '', None, x)",
    "def claims(): yield Claim('a', '', 1, 1)",
    "def claims(): yield Claim('a', '', True, x)",
    "def claims(): yield Claim('a', '', x, grad(m.objective))",
    "def claims(): yield Claim('a', '', m.reward, x)",
    "def claims(): yield Claim('a', '', m.s, m.s)",
    "def claims(): yield Claim('a', '', x, x, given=3)",
    "def claims(): yield Claim('a', '', x, x, given=[3])",
    "def claims(): yield Claim('a', '', x, x, given=Positive(x))",
    "def claims(): yield Claim('a', '', x, x, given=(Positive(x), 'y'))",
    "def claims(): yield Claim('a', '', x, x, expected='true')",
    "def claims(): yield Claim('a', '', x, x, expected=Rung.UNDECIDED)",
    "def claims(): yield Claim('a', '', x, x, relation='=')",
    "def claims(): yield Claim('a', '', x, x, relation=None)",
    "def claims(): yield Claim('a', '', x, x, row=1)",
    "def claims(): yield Claim('a', '', x, x, chapter=7)",
    "def claims(): yield Claim('a', '', x, x, derivation='nothing')",
    "def claims(): yield Claim('a', '', x, x, derivation=3)",
    "def claims(): yield Claim('a', '', x, x, step=7)",
    "def claims(): yield Claim('a', '', x, x, step='s')",
    "def claims(): yield Claim('a', '', x, x, repaired_by=3)",
    "def claims(): yield Claim('a', '', x, 2 * x, expected=Rung.REFUTED, repaired_by=('`', '\\n'))",
    "def claims(): yield Claim('a', '', x, x, source=3)",
    "def claims(): yield Claim('a', '', x, x, slack='s', relation=Relation.AT_MOST)",
    "def claims(): yield Claim('a', '', x, x, slack=x, relation=Relation.AT_MOST)",
    "def claims(): yield Claim('a', '', m.reward, m.reward, sizes=3)",
    "def claims(): yield Claim('a', '', m.reward, m.reward, sizes=({{'S': 0}},))",
    "def claims(): yield Claim('a', '', m.reward, m.reward, sizes=({{'Q': 2}},))",
    "def claims(): yield Claim('a', '', m.reward, m.reward, sizes=({{'S': 10**9, 'A': 10**9}},))",
    "def claims(): yield Claim('a', '', m.reward, m.reward, sizes='S')",
    "def claims(): yield Claim('a', '', x, x, examples=3)",
    "def claims(): yield Claim('a', '', x, x, examples=(3,))",
    "def claims(): yield Claim('a', '', x, x, examples=(Example('e', {{'r': [[1, 2]]}}, ((m.reward, 1),)),))",
    "def claims(): yield Claim('a', '', x, x, examples=(Example('e', {{'r': float('nan')}}, ((m.reward, 1),)),))",
    "def claims(): yield Claim('a', '', x, x, examples=(Example('e', {{'D': [1], 'π': [[2]]}}, ((m.policy, 1),), at={{'s': 5, 'a': 0}}),))",
    "def claims(): yield Claim('a', '', x, x, examples=(Example('e', {{}}, ((1, 0.5),)),))",
    "def claims(): yield Claim('a', '', x, x, examples=(Example('e', 3, 4),))",
    "def claims(): yield Claim('a', '', x / 0, x)",
    "def claims(): yield Claim('a', '', x ** 0, 1)",
    "def claims(): yield Claim('a', '', 10**400 * x, x)",
    "def claims(): yield Claim('a', '', x * F(1, 2**31 - 1), 0 * x)",
    "def claims(): yield Claim('a', '', log(-1), x)",
    "def claims(): yield Claim('a', '', Closed('w', '\\\\input{{x}}', lambda: 1/0), x)",
    "def claims(): yield Claim('a', '', Closed('w', 'd', lambda: 'text'), 1)",
    "def claims(): yield Claim('a', '', Closed('w', 'd', lambda: float('nan')), 1)",
    "def claims(): yield Claim('a', '', Closed('w', '\\\\input{{x}}', lambda: 1), 1)",
    "def claims(): yield Claim('a', '', Closed(3, 4, 5), 1)",
    "def claims(): yield Claim('a', '', Variable('\\\\input{{x}}'), Variable('%'))",
    "def claims(): yield Claim('a', '', Variable('日本'), Variable('日本'))",
    "def claims(): yield Claim('a', '', Variable('x', STATE), Variable('x', ACTION))",
    "def claims():\n    t = x\n    for _ in range(3000): t = absolute(t)\n    yield Claim('a', '', t, t)",
    "def claims():\n    t = x\n    for _ in range(60): t = t / (t + 1) if _ < 12 else t + 1\n    yield Claim('a', '', t, t)",
    "def claims():\n    import time; time.sleep(0.2)\n    yield {ok}",
    "def claims():\n    import sys; sys.stdout = None\n    yield {ok}",
    "def claims():\n    import warnings; warnings.warn('careful')\n    yield {ok}",
    "{ok!r}",
    "def claims(): yield {ok}\ndef derive(): return None",
    "def claims(): yield {ok}\ndef derive(): return 'theorem'",
    "def claims(): yield {ok}\ndef derive(): 1/0",
    "def claims(): yield {ok}\ndef derive(n): return n",
    "def claims(): yield {ok}\nderive = 3",
    "def claims(): yield {ok}\ndef derive(): return Derivation(grad(m.objective)).conclude(m.reward)",
    "def claims(): yield {ok}\ndef derive(): return Derivation('x').conclude()",
    "def claims(): yield {ok}\ndef derive():\n    d = Derivation(x)\n    d.apply(rules.MultiplyByOne)\n    return d.conclude()",
    "def claims(): yield {ok}\ndef derive():\n    d = Derivation(x)\n    d.apply('rule')\n    return d.conclude()",
    "def claims(): yield {ok}\ndef derive():\n    d = Derivation(x, name='\\\\input{{x}}')\n    return d.conclude()",
    "def claims(): yield {ok}\ndef derive():\n    d = Derivation(grad(m.policy), given=m.hypotheses, name=3)\n    d.apply(rules.MultiplyByOne, why=3)\n    return d.conclude()",
    "def claims(): yield {ok}\ndef derive():\n    d = Derivation(grad(m.policy), given=m.hypotheses, name='a')\n    d.apply(rules.MultiplyByOne, why='$\\\\write18{{x}}$')\n    return d.conclude()",
    "def claims(): yield {ok}\ndef derive():\n    d = Derivation(grad(m.policy), given=m.hypotheses, name='a')\n    d.apply(rules.MultiplyByOne, at='here')\n    return d.conclude()",
)
OK = "Claim('ok', 'It holds.', x, x)"

LOSSES = (
    "def loss(): return 1",
    "def loss(a, b, c, d): return a",
    "def loss(*args, **kwargs): return 1",
    "def loss(returns, *, mystery): return returns",
    "loss = 3",
    "loss = None",
    "class loss: pass",
    "class loss:\n    def __init__(self, returns): pass",
    "async def loss(returns): return returns",
    "def loss(returns): yield returns",
    "def loss(returns): return None",
    "def loss(returns): return 'text'",
    "def loss(returns): return float('nan')",
    "def loss(returns): return float('inf')",
    "def loss(returns): return 1j",
    "def loss(returns): return []",
    "def loss(returns): return [[]]",
    "def loss(returns): return {{}}",
    "def loss(returns): return {{'loss': 1}}",
    "def loss(returns): return object()",
    "def loss(returns): return lambda: 1",
    "def loss(returns): return returns, returns",
    "def loss(returns): return np.zeros(0)",
    "def loss(returns): return np.zeros((7, 7, 7))",
    "def loss(returns): return np.zeros((10**3, 10**3))",
    "def loss(returns): return np.full(np.shape(returns), np.nan)",
    "def loss(returns): return np.asarray(returns, dtype=object) * 'x'",
    "def loss(returns): return np.array(['a', 'b'])",
    "def loss(returns): return np.random.rand(*np.shape(returns))",
    "def loss(returns): return returns.no_such_method()",
    "def loss(returns): returns[:] = 0; return returns",
    "def loss(returns): return returns[100]",
    "def loss(returns): return returns + np.zeros(17)",
    "def loss(returns): return returns.astype(int)",
    "def loss(returns): return np.asarray(returns) / 0",
    "def loss(returns): return returns == 1",
    "def loss(logp, rewards): return -(logp * rewards).sum()",
    "def loss(logits): return logits",
    "def loss(actions): return actions",
    "def loss(mask): return mask",
    "def loss(adv, old_logp, ratio): return adv",
    "def loss(returns):\n    import time; time.sleep(0.01)\n    return returns",
    "def loss(returns):\n    print('noise' * 1000)\n    return returns",
    "def loss(returns):\n    import sys; sys.stdout.close()\n    return returns",
    "def loss(returns):\n    import os; os.chdir('/')\n    return returns",
    "def loss(returns):\n    global n\n    n = globals().get('n', 0) + 1\n    return returns * n",
    "def loss(returns):\n    return loss(returns)",
    "def __getattr__(name): raise ValueError(name)",
    "import functools\nloss = functools.partial(lambda a, returns: returns, 1)",
    "loss = np.sum",
    "loss = print",
    "loss = type",
    "loss = len",
)
LOSS_HEAD = "import numpy as np\n"
AUDIT = ("--problem", "bandit", "--group-size", "1,2", "--length", "1", "--vocabulary", "2", "--budget", "50")


@dataclass(frozen=True)
class Malformed:
    """A file, and the command line that is given it."""

    name: str
    content: bytes | None  # None for a folder
    line: tuple[str, ...]


def malformed_files(seed: int) -> list[Malformed]:
    """All of them, in an order that the seed decides."""
    found = [*_claims(), *_losses()]
    random.Random(seed).shuffle(found)
    return found


def _claims() -> Iterator[Malformed]:
    ways = (("claims", "{}"), ("verify", "{}", "--json"), ("report", "{}", "--format", "tex,ipynb"), ("show", "{}"))
    texts = list(NOT_PYTHON)
    texts += [(HEAD + e).encode("utf-8", "surrogatepass") for e in EXCEPTIONS]
    texts += [
        (HEAD + f"def claims():\n    {e}\n    yield {OK}\n").encode("utf-8", "surrogatepass") for e in EXCEPTIONS[::3]
    ]
    texts += [(HEAD + c.replace("{ok!r}", repr(OK)).format(ok=OK)).encode("utf-8", "surrogatepass") for c in CLAIMS]
    for n, text in enumerate(texts):
        for way in (ways[n % 4], ways[(n + 1) % 4]):
            yield Malformed("mine.py", text, tuple(w.format("mine.py") for w in way))
    yield Malformed("folder.py", None, ("claims", "folder.py"))
    yield Malformed("x.py", None, ("audit", "loss", "x.py:loss"))


def _losses() -> Iterator[Malformed]:
    kinds = ("auto", "estimator", "advantages")
    texts = [LOSS_HEAD + text.replace("{{", "{").replace("}}", "}") for text in LOSSES]
    texts += [LOSS_HEAD + f"def loss(returns):\n    {e}\n" for e in EXCEPTIONS[::2]]
    texts += [LOSS_HEAD + e + "\ndef loss(returns): return returns\n" for e in EXCEPTIONS[1::4]]
    for n, text in enumerate(texts):
        line = ("audit", "loss", "mine.py:loss", "--kind", kinds[n % 3], *AUDIT)
        yield Malformed("mine.py", text.encode("utf-8", "surrogatepass"), line)
    for text, line in product(NOT_PYTHON[::3], (("audit", "mine.py:loss"), ("audit", "mine:loss"))):
        yield Malformed("mine.py", text, (*line, *AUDIT))
