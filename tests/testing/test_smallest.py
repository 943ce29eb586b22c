"""What fails at a large problem is shown at the smallest that can be cut out of it."""

from fractions import Fraction

import pytest

from pgsym.estimators import Episodes, bandit, expected_return, from_advantages, tree
from pgsym.estimators.batches import Batching
from pgsym.estimators.checks import IsGradient
from pgsym.testing import assert_unbiased
from pgsym.testing.drawing import drawn
from pgsym.testing.smallest import smaller, smallest

F = Fraction
SIZES = [(1, 1), (1, 2), (2, 2)]


def row(s, n):
    weights = [1 + (s + 2 * a) % 3 for a in range(n)]
    return [F(w, sum(weights)) for w in weights]


def wide(end=0, prompts=1, **more):
    """13 contexts, or 7 with an end, of 3 tokens, for each prompt."""
    return tree(
        lambda prompt, tokens: (2 * prompt + 3 * sum(tokens) + len(tokens)) % 5,
        vocabulary=3,
        length=3,
        end=end,
        prompts=prompts,
        policy=lambda prompt, prefix: row(prompt + sum(prefix) + len(prefix), 3),
        **more,
    )


@from_advantages
def own_length(returns, lengths):
    return returns / lengths


@from_advantages
def twice(returns):
    return 2 * returns


def fails(estimator):
    question = IsGradient(estimator, expected_return)
    return lambda batching: not question.judge(batching).holds


@pytest.mark.parametrize(
    ("estimator", "problem", "states", "tokens", "length"),
    [
        (own_length, wide(), 2, 2, 2),
        (own_length, wide(prompts=2), 2, 2, 2),
        (own_length, wide(end=None), 2, 2, 2),
        (twice, wide(end=None), 1, 2, 1),
        (twice, wide(prompts=2, token_reward=lambda q, w: sum(w)), 1, 2, 1),
        (twice, bandit([row(s, 4) for s in range(3)], [[a + s for a in range(4)] for s in range(3)]), 1, 2, 1),
    ],
)
def test_what_suffices_is_left(estimator, problem, states, tokens, length):
    batching = Batching(problem, 1, 2)
    assert fails(estimator)(batching)
    found = smallest(batching, fails(estimator), SIZES)
    assert fails(estimator)(found)
    assert (states, tokens, length) == (found.problem.S, found.problem.A, found.problem.T)
    assert found.rows == 1


def test_what_is_smaller_is_a_problem_with_less_and_drawn_from_the_same():
    for p in drawn(60, off_policy=None, critic=True, discounts=(1, F(1, 2))):
        for other in smaller(Batching(p, 1, 2), SIZES):
            q = other.problem
            assert isinstance(q, Episodes)
            q.check_law()
            assert q.on_policy == p.on_policy
            assert q.exact == p.exact
            assert q.kind == p.kind
            assert q.discount == p.discount
            assert (q.critic is None) == (p.critic is None)
            assert (q.P, q.T, other.rows, not q.per_sequence) <= (p.P, p.T, 2, not p.per_sequence)
            assert other.rows < 2 or q.P < p.P or q.per_sequence > p.per_sequence


def test_an_assertion_shows_the_smallest(monkeypatch):
    """Even where what Hypothesis found last is large: here it is told to shrink nothing."""
    from hypothesis import Phase

    from pgsym.testing import settings

    known = settings.draws_of

    def unshrunk(examples, **more):
        import hypothesis

        return hypothesis.settings(known(examples, **more), phases=(Phase.generate,))

    monkeypatch.setattr(settings, "draws_of", unshrunk)
    with pytest.raises(AssertionError) as caught:
        assert_unbiased(own_length, kinds=["tree"], actions=3, length=3, extreme=False, groups=1, group_size=(1, 2))
    assert "1 prompt, 2 contexts, 2 tokens, length 1 to 2" in str(caught.value)
    assert "1 group of 1" in str(caught.value)
