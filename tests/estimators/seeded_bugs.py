"""Estimators as engineers write them, right, and the slips that one changed line makes of them.

`python tests/estimators/seeded_bugs.py docs/seeded-bugs.md` writes the page that tells what becomes of each.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from pgsym.estimators import Episodes, Moments, Objective, bandit, entropy, expected_return, kl, moments, tree
from pgsym.estimators.diagnosis import Hint, guess
from pgsym.estimators.estimator import FromFunction
from pgsym.report.writers.markdown import table

F = Fraction
CLIP = 0.2


# right ---------------------------------------------------------------------------------------------------------------
def onward(x):
    return np.cumsum(x[:, :, ::-1], axis=2)[:, :, ::-1]


def softmax(x):
    return np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)


def reinforce(rewards, mask, scores, discount):
    discounts = discount ** np.arange(mask.shape[2])
    discounted = rewards * discounts
    to_go = onward(discounted)
    weights = to_go * mask
    return (weights[..., None] * scores).sum(axis=2).mean(axis=1)


def leave_one_out(returns, total_scores, group_size):
    grouped = returns.reshape(len(returns), -1, group_size)
    rest = grouped.sum(axis=2, keepdims=True) - grouped
    advantages = grouped - rest / (group_size - 1)
    return (advantages.reshape(returns.shape)[..., None] * total_scores).mean(axis=1)


def masked_tokens(returns, probs, actions, states, mask, policy):
    tokens = np.eye(probs.shape[3])[actions]
    logp_gradient = tokens - probs
    kept = mask
    per_token = returns[..., None, None] * logp_gradient * kept[..., None]
    divisor = mask.shape[1]
    gradient = np.einsum("nrts,nrta->nrsa", np.eye(len(policy))[states], per_token)
    return (gradient / divisor).sum(axis=1)


def importance_weighted(returns, logp, old_logp, mask, total_scores):
    log_ratio = ((logp - old_logp) * mask).sum(axis=2)
    ratio = np.exp(log_ratio)
    weights = ratio * returns
    return (weights[..., None] * total_scores).mean(axis=1)


def off_policy_tokens(rewards, logp, old_logp, mask, scores):
    log_ratio = (logp - old_logp) * mask
    ratio = np.exp(log_ratio.sum(axis=2, keepdims=True))
    weights = ratio * onward(rewards) * mask
    return (weights[..., None] * scores).sum(axis=2).mean(axis=1)


def clipped(returns, ratios, mask, scores):
    plain = ratios * returns[..., None]
    cut = np.clip(ratios, 1 - CLIP, 1 + CLIP) * returns[..., None]
    moves = plain <= cut
    return ((moves * plain * mask)[..., None] * scores).sum(axis=2).mean(axis=1)


def penalised(returns, logp, ref_logp, mask, total_scores):
    log_ratio = ((logp - ref_logp) * mask).sum(axis=2)
    advantages = returns - 0.5 * log_ratio
    return (advantages[..., None] * total_scores).mean(axis=1)


def penalised_tokens(returns, logp, ref_logp, mask, scores):
    log_ratio = (logp - ref_logp) * mask
    penalty = onward(log_ratio)
    weights = (returns[..., None] - 0.5 * penalty) * mask
    return (weights[..., None] * scores).sum(axis=2).mean(axis=1)


def divergence(logp, ref_logp, mask, scores):
    log_ratio = ((logp - ref_logp) * mask).sum(axis=2, keepdims=True)
    weights = log_ratio * mask
    return (weights[..., None] * scores).sum(axis=2).mean(axis=1)


def entropy_bonus(returns, logp, mask, scores):
    surprise = -logp * mask
    to_come = onward(surprise)
    weights = (returns[..., None] + 0.5 * to_come) * mask
    return (weights[..., None] * scores).sum(axis=2).mean(axis=1)


# what they are held to -----------------------------------------------------------------------------------------------
def _clipped_gradient(p: Episodes) -> np.ndarray:
    """∇ of E_behaviour[Σ_t min(ρ_t G, clip(ρ_t) G)], where ρ_t is not at the edge of the clip."""
    ratio, G = np.asarray(p.weights, dtype=float), np.asarray(p.returns, dtype=float)[:, None]
    stays = ((G >= 0) & (ratio <= 1 + CLIP)) | ((G < 0) & (ratio >= 1 - CLIP))
    weights = p.mass(p.behaviour)[:, None] * stays * ratio * G
    return np.einsum("et,etp->p", weights, p.scores).reshape(p.S, p.A)


CLIPPED = Objective("the clipped surrogate", lambda p: 0.0, _clipped_gradient)

BANDIT = bandit([[F(1, 2), F(1, 3), F(1, 6)]], [[1, -2, 4]]).floats()
TREE = tree(
    {(0,): 4, (1, 0): -1, (1, 1): 7},
    policy=[[F(1, 3), F(2, 3)], [F(3, 4), F(1, 4)]],
    reference=[[F(1, 2), F(1, 2)], [F(2, 5), F(3, 5)]],
    end=0,
    token_reward=lambda _, tokens: 3 - 5 * tokens[-1] + len(tokens),
).floats()
DISCOUNTED = tree(
    {(0, 0): 1, (0, 1): -2, (1, 0): 3, (1, 1): 2},
    policy=[[F(1, 3), F(2, 3)], [F(3, 4), F(1, 4)], [F(1, 5), F(4, 5)]],
    token_reward=lambda _, tokens: 1 - 2 * tokens[-1],
    discount=F(1, 2),
).floats()
OFF_POLICY = tree(
    {(0,): -4, (1, 0): -3, (1, 1): 5},
    policy=[[F(1, 3), F(2, 3)], [F(3, 4), F(1, 4)]],
    behaviour=[[F(3, 5), F(2, 5)], [F(1, 4), F(3, 4)]],
    end=0,
    token_reward=lambda _, tokens: 2 - 3 * tokens[-1],
).floats()


@dataclass(frozen=True)
class Case:
    """A right estimator, and where and for what it is right."""

    function: Callable[..., np.ndarray]
    problem: Episodes
    groups: int = 1
    group_size: int = 2
    objective: Objective = expected_return

    @property
    def name(self) -> str:
        return self.function.__name__


CASES = {
    case.name: case
    for case in (
        Case(reinforce, DISCOUNTED),
        Case(leave_one_out, TREE, groups=2),
        Case(masked_tokens, TREE),
        Case(importance_weighted, OFF_POLICY),
        Case(off_policy_tokens, OFF_POLICY),
        Case(clipped, OFF_POLICY, objective=CLIPPED),
        Case(penalised, TREE, objective=expected_return - 0.5 * kl),
        Case(penalised_tokens, TREE, objective=expected_return - 0.5 * kl),
        Case(divergence, TREE, objective=kl),
        Case(entropy_bonus, TREE, objective=expected_return + 0.5 * entropy),
    )
}


# slips ---------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Bug:
    """A right estimator with one line changed, and the hint that it should get."""

    of: str
    line: str
    becomes: str
    hint: str

    @property
    def case(self) -> Case:
        return CASES[self.of]

    def found(self) -> Moments:
        """What it does where the right one is right."""
        case = self.case
        return moments(
            self.estimator(), case.problem, groups=case.groups, group_size=case.group_size, objective=case.objective
        )

    def hinted(self) -> Hint | None:
        """What is guessed of it."""
        found = self.found()
        return guess(self.estimator(), found.batching, self.case.objective, found)

    def estimator(self) -> FromFunction:
        """The estimator with the line changed."""
        source = inspect.getsource(self.case.function)  # a line of the body: none is the line of another
        assert source.count(self.line) == 1, f"{self.line!r} is not one line of {self.of}"
        scope: dict[str, Callable[..., np.ndarray]] = {}
        exec(source.replace(self.line, self.becomes), dict(globals()), scope)
        return FromFunction(scope[self.of])


MEAN = ".sum(axis=2).mean(axis=1)"
GROUP, BATCH = "axis=2, keepdims=True", "axis=(1, 2), keepdims=True"
LEAVES = "advantages = grouped - rest / (group_size - 1)"


def standardised(over: str) -> str:
    return f"advantages = (grouped - grouped.mean({over})) / (grouped.std({over}) + 1e-6)"


BUGS = (
    # the reward
    Bug("reinforce", "weights = to_go", "weights = -to_go", "wrong-sign"),
    Bug("reinforce", "weights = to_go", "weights = discounted", "missing-reward-to-go"),
    Bug("reinforce", "onward(discounted)", "np.cumsum(discounted, axis=2)", "rewards-so-far"),
    Bug("reinforce", "onward(discounted)", "onward(discounted) - discounted", "rewards-after"),
    Bug("reinforce", "weights = to_go", "weights = to_go / discounts", "step-discount-missing"),
    Bug("reinforce", "rewards * discounts", "rewards", "undiscounted"),
    Bug("reinforce", "weights = to_go", "weights = to_go * discounts", "discounted-twice"),
    Bug("reinforce", "np.arange(mask.shape[2])", "np.arange(1, mask.shape[2] + 1)", "discounted-once-more"),
    # averages
    Bug("reinforce", MEAN, ".sum(axis=(1, 2))", "sum-over-rows"),
    Bug("reinforce", MEAN, ".mean(axis=2).mean(axis=1)", "mean-over-padded-length"),
    Bug(
        "masked_tokens",
        "divisor = mask.shape[1]",
        "divisor = mask.shape[1] * mask.sum(axis=2)[..., None, None]",
        "mean-over-length",
    ),
    Bug(
        "masked_tokens",
        "divisor = mask.shape[1]",
        "divisor = mask.sum(axis=(1, 2))[:, None, None, None]",
        "mean-over-batch-tokens",
    ),
    # baselines
    Bug("leave_one_out", LEAVES, f"advantages = grouped - grouped.mean({GROUP})", "group-mean-includes-itself"),
    Bug("leave_one_out", LEAVES, f"advantages = grouped - grouped.mean({BATCH})", "batch-mean-includes-itself"),
    Bug("leave_one_out", LEAVES, standardised(GROUP), "group-standard-deviation"),
    Bug("leave_one_out", LEAVES, standardised(BATCH), "batch-standard-deviation"),
    Bug(
        "leave_one_out",
        LEAVES,
        "advantages = (grouped - rest / (group_size - 1)) * group_size / (group_size - 1)",
        "leave-one-out-scaled-twice",
    ),
    # tokens
    Bug("masked_tokens", "kept = mask", "kept = np.ones_like(mask)", "mask-ignored"),
    Bug("masked_tokens", "[actions]", "[np.roll(actions, -1, axis=2)]", "next-action-around"),
    Bug("masked_tokens", "kept = mask", "kept = mask & (onward(mask) > 1)", "last-step-left-out"),
    Bug(
        "masked_tokens",
        "tokens - probs",
        "(tokens - probs) * (tokens * probs).sum(axis=3, keepdims=True)",
        "probability-for-logarithm",
    ),
    Bug("masked_tokens", "tokens - probs", "tokens - softmax(probs)", "cares-for-a-constant-reward"),
    # the importance weight
    Bug("importance_weighted", "np.exp(log_ratio)", "np.ones_like(log_ratio)", "importance-weight-missing"),
    Bug("importance_weighted", "logp - old_logp", "old_logp - logp", "inverted-ratio"),
    Bug("importance_weighted", "ratio * returns", "ratio * (1 + logp.sum(axis=2)) * returns", "gradient-through-ratio"),
    Bug("importance_weighted", "np.exp(log_ratio)", "np.exp(log_ratio / mask.sum(axis=2))", "geometric-ratio"),
    Bug("importance_weighted", "np.exp(log_ratio)", "np.minimum(np.exp(log_ratio), 1)", "capped-ratio"),
    Bug("off_policy_tokens", "log_ratio.sum(axis=2, keepdims=True)", "log_ratio", "token-ratio"),
    Bug("off_policy_tokens", "log_ratio.sum(axis=2, keepdims=True)", "np.cumsum(log_ratio, axis=2)", "ratio-so-far"),
    Bug("off_policy_tokens", "onward(rewards)", "rewards", "missing-reward-to-go"),
    # the clip
    Bug("clipped", "plain <= cut", "plain >= cut", "clip-takes-the-larger"),
    Bug("clipped", "plain <= cut", "plain == cut", "clip-without-min"),
    Bug("clipped", "plain <= cut", "True", "token-ratio"),
    # divergence and entropy
    Bug("penalised", "returns - 0.5", "returns + 0.5", "divergence-wrong-sign"),
    Bug("penalised", "0.5 * log_ratio", "0.5 * (log_ratio + logp.sum(axis=2))", "divergence-not-detached"),
    Bug("penalised", "0.5 * log_ratio", "0.5 * (np.exp(-log_ratio) - 1 + log_ratio)", "k3-of-sequence-in-reward"),
    Bug("penalised_tokens", "onward(log_ratio)", "log_ratio", "k2-per-token"),
    Bug("penalised_tokens", "onward(log_ratio)", "1 - np.exp(-log_ratio)", "k3-as-loss"),
    Bug("penalised_tokens", "onward(log_ratio)", "np.ones_like(log_ratio)", "k1-as-loss"),
    Bug("divergence", "logp - ref_logp", "ref_logp - logp", "wrong-sign"),
    Bug("divergence", "log_ratio * mask", "(1 - np.exp(-log_ratio)) * mask", "k3-of-sequence-as-loss"),
    Bug("divergence", "log_ratio * mask", "mask.astype(float)", "k1-as-loss"),
    Bug("entropy_bonus", "-logp * mask", "logp * mask", "entropy-wrong-sign"),
    Bug("entropy_bonus", "onward(surprise)", "surprise", "entropy-of-own-step"),
    Bug("entropy_bonus", "+ 0.5 * to_come", "- 0.5", "entropy-as-loss"),
)


HEAD = """# Seeded bugs

Each of the {right} estimators of `tests/estimators/seeded_bugs.py` is right: its mean is the gradient at the problem
beside it, and it gets no hint. Each of the {bugs} slips changes one line; the mean is computed exactly and differs, and
`pgsym.estimators.diagnosis.guess` names the slip: it tries the estimator at a few small problems, and looks for the
known slip that has the same mean at all of them, of several the one that says the same of every sample. In PyTorch
there are more (`tests/estimators/test_seeded_torch_bugs.py`): what should have been detached, the softmax taken twice.
"""


def page() -> str:
    """The page of all bugs, in Markdown."""
    parts = [HEAD.format(right=len(CASES), bugs=len(BUGS))]
    for case in CASES.values():
        batch = f"{case.groups} group{'s' if case.groups > 1 else ''} of {case.group_size}"
        parts += [
            f"## {case.name}\n",
            f"Held to the gradient of {case.objective}, at a problem of {case.problem}; {batch}.\n",
            f"```python\n{inspect.getsource(case.function).strip()}\n```\n",
        ]
        rows = []
        for bug in (bug for bug in BUGS if bug.of == case.name):
            hint = bug.hinted()
            assert hint is not None
            becomes = f"`{bug.becomes}`" if bug.becomes else "left out"
            rows.append((f"`{bug.line}`", becomes, bug.found().comparison, hint.pattern, hint.summary))
        parts += [table(("the line", "becomes", "the mean is", "hint", "in words"), rows), ""]
    return "\n".join(parts)
