"""The problem of a language model that generates sequences, and of other models that it is compared with.

A context is a state and a token an action.  The next context is drawn given the context and the token; appending the
token is one such law.  A sequence is a trajectory of T tokens.  Three models generate sequences: the policy π_θ, the
behaviour policy μ that drew the samples (such as the policy some updates ago), and the reference π_ref to which the
policy is kept close.

Sequences that end earlier are padded.  There is an end context e that is never left.  Padding tokens are drawn in it
from a law that is the same for all models and does not depend on θ.  So a padded sequence has T tokens and is drawn by
a policy that does not depend on θ in the context e.  Whatever holds for every policy holds for this one: at padded
positions the score is zero, the ratio one and the log-ratio zero.  A network's own scores at padded positions are not
zero; `alive` masks them.  If a model generates further tokens in the end context, these are not padding: they count in
divergences and entropies.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from pgsym.problems.divergence import divergence
from pgsym.problems.one_step_problem import POLICY, STATE_LAW
from pgsym.problems.trajectory import START, TRANSITION, Trajectories, TrajectorySymbols
from pgsym.terms.build import expect, grad, indicator, log, product_range, sum_range
from pgsym.terms.hypotheses import AtLeastTwo, Definition, Hypothesis, Positive, SymbolHypothesis, ThetaFree
from pgsym.terms.nodes import Apply, Law, Liftable, Symbol, Term, Variable, lift
from pgsym.terms.sorts import ACTION, PARAMETER, STATE, TRAJECTORY

SEQUENCE_REWARD = Symbol("R", (TRAJECTORY,))
BEHAVIOUR = Symbol("μ", (ACTION, STATE), outcomes=1)
REFERENCE = Symbol("π_ref", (ACTION, STATE), outcomes=1)
BEHAVIOUR_LAW = Symbol("p_μ", (TRAJECTORY,), outcomes=1)
REFERENCE_LAW = Symbol("p_ref", (TRAJECTORY,), outcomes=1)
END = Symbol("e", (), result=STATE)
NETWORK = Symbol("f", (ACTION, STATE, PARAMETER), outcomes=1)
BEHAVIOUR_NETWORK = Symbol("f_μ", (ACTION, STATE), outcomes=1)
REFERENCE_NETWORK = Symbol("f_ref", (ACTION, STATE), outcomes=1)
PADDING = Symbol("c", (ACTION,), outcomes=1)
GOES_ON = Symbol("κ", (STATE, STATE, ACTION), outcomes=1)


@dataclass(frozen=True)
class AutoregressiveSymbols(TrajectorySymbols):
    """The symbols of language models that generate sequences."""

    sequence_reward: Symbol = SEQUENCE_REWARD
    behaviour: Symbol = BEHAVIOUR
    reference: Symbol = REFERENCE
    behaviour_law: Symbol = BEHAVIOUR_LAW
    reference_law: Symbol = REFERENCE_LAW
    end: Symbol = END
    network: Symbol = NETWORK
    behaviour_network: Symbol = BEHAVIOUR_NETWORK
    reference_network: Symbol = REFERENCE_NETWORK
    padding: Symbol = PADDING
    goes_on: Symbol = GOES_ON


@dataclass(frozen=True)
class Autoregressive(Trajectories):
    """s_1 ~ ρ is a prompt, a_t ~ π_θ(· | s_t) a token, s_{t+1} ~ p(· | s_t, a_t) the next context, for t = 1, …, T.

    The rewards are R(τ) for the finished sequence and r(s_t, a_t) for every token.

    >>> m = Autoregressive()
    >>> print(m.kl)
    E_{τ∼p_θ}[log(p_θ(τ)/p_ref(τ))]
    >>> print(m.sequence_ratio)
    Π_{t=1}^T π_θ(aₜ | sₜ)/μ(aₜ | sₜ)
    """

    symbols: ClassVar[AutoregressiveSymbols] = AutoregressiveSymbols()
    old: Variable = Variable("θ'", PARAMETER)

    @property
    def sequence_reward(self) -> Apply:
        """R(τ), any function of the finished sequence."""
        return SEQUENCE_REWARD(self.tau)

    # other models ----------------------------------------------------------------------------------------------
    def behaviour(self, time: Liftable, of: Variable | None = None) -> Apply:
        """μ(a_t | s_t), the behaviour policy's probability of a token."""
        return BEHAVIOUR(self.action(time, of), self.state(time, of))

    def reference(self, time: Liftable, of: Variable | None = None) -> Apply:
        """π_ref(a_t | s_t), the reference's probability of a token."""
        return REFERENCE(self.action(time, of), self.state(time, of))

    @property
    def behaviour_law(self) -> Law:
        """p_μ, the law of the behaviour policy's sequences."""
        return BEHAVIOUR_LAW.law()

    @property
    def reference_law(self) -> Law:
        """p_ref, the law of the reference's sequences."""
        return REFERENCE_LAW.law()

    def over_behaviour(self, body: Liftable) -> Term:
        """The expectation of a term in τ over sequences of the behaviour policy."""
        return expect(body, (self.tau, self.behaviour_law))

    def over_reference(self, body: Liftable) -> Term:
        """The expectation of a term in τ over sequences of the reference."""
        return expect(body, (self.tau, self.reference_law))

    # importance weights ----------------------------------------------------------------------------------------
    def ratio(self, time: Liftable) -> Term:
        """π_θ(a_t | s_t) / μ(a_t | s_t), the ratio of one token."""
        return self.policy(time) / self.behaviour(time)

    def ratio_up_to(self, time: Liftable) -> Term:
        """The product of the ratios of all tokens up to t."""
        k = Variable("k", self.t.sort)
        return product_range(k, 1, time, of=self.ratio(k))

    @property
    def sequence_ratio(self) -> Term:
        """The product of all ratios, p_θ(τ) / p_μ(τ), in which the contexts' laws cancel."""
        return product_range(self.t, 1, self.T, of=self.ratio(self.t))

    # divergence from the reference -----------------------------------------------------------------------------
    def log_ratio(self, time: Liftable, theta: Variable | None = None) -> Term:
        """log(π_θ(a_t | s_t) / π_ref(a_t | s_t)) of one token, at θ or at the parameter `theta`."""
        own = POLICY(self.action(time), self.state(time), theta or self.theta)
        return log(own / self.reference(time))

    def sequence_log_ratio(self, theta: Variable | None = None) -> Term:
        """log(p_θ(τ) / p_ref(τ)), the sum of the log-ratios of all tokens."""
        return sum_range(self.t, 1, self.T, of=self.log_ratio(self.t, theta))

    def log_ratio_to_go(self, first: Liftable | None = None, theta: Variable | None = None) -> Term:
        """The sum of the log-ratios from t on, or from the time `first` on."""
        return sum_range(self.u, self.t if first is None else first, self.T, of=self.log_ratio(self.u, theta))

    @property
    def kl(self) -> Term:
        """KL(p_θ ‖ p_ref), the divergence of whole sequences from the reference's."""
        return divergence(self.law, self.reference_law, self.tau)

    @property
    def reversed_kl(self) -> Term:
        """KL(p_ref ‖ p_θ)."""
        return divergence(self.reference_law, self.law, self.tau)

    def over_actions_at(self, time: Liftable, body: Term) -> Term:
        """The mean of a term in a over a ~ π_θ(· | s_t)."""
        return expect(body, (self.a, self.policy_law_at(time)))

    def entropy_at(self, time: Liftable) -> Term:
        """H(π_θ(· | s_t)), the entropy of the next token."""
        return -self.over_actions_at(time, log(self.policy_at(time)))

    def kl_at(self, time: Liftable) -> Term:
        """KL(π_θ(· | s_t) ‖ π_ref(· | s_t)), the divergence of the next token."""
        return self.over_actions_at(time, log(self.policy_at(time) / REFERENCE(self.a, self.state(time))))

    def k1(self, time: Liftable) -> Term:
        """−log x with x = π_ref / π_θ of one token: the log-ratio."""
        return self.log_ratio(time)

    def k2(self, time: Liftable) -> Term:
        """½ (log x)² of one token."""
        return Fraction(1, 2) * self.log_ratio(time) ** 2

    def k3(self, time: Liftable) -> Term:
        """x − 1 − log x of one token, which is never negative."""
        return self.reference(time) / self.policy(time) - 1 + self.log_ratio(time)

    # sequences that end -----------------------------------------------------------------------------------------
    def alive(self, time: Liftable) -> Term:
        """The mask: 1 if the sequence has not ended before the token t, else 0.  The history determines it."""
        return 1 - indicator(self.state(time), END())

    @property
    def length(self) -> Term:
        """|o|, the number of tokens before the padding; under the hypotheses `ragged` at least one."""
        return sum_range(self.u, 1, self.T, of=self.alive(self.u))

    def network(self, time: Liftable) -> Apply:
        """f_θ(a_t | s_t), the network's probability of a token, at padded positions too."""
        return NETWORK(self.action(time), self.state(time), self.theta)

    def network_log_ratio(self, time: Liftable) -> Term:
        """log(f_θ(a_t | s_t) / f_ref(a_t | s_t))."""
        return log(self.network(time) / REFERENCE_NETWORK(self.action(time), self.state(time)))

    def network_score(self, time: Liftable) -> Term:
        """∇ log f_θ(a_t | s_t), the network's score of a token."""
        return grad(log(self.network(time)), self.theta)

    # assumptions ----------------------------------------------------------------------------------------------
    @property
    def behaviour_factorisation(self) -> Definition:
        """The definition of p_μ(τ) as a product over steps."""
        return self._factorised(BEHAVIOUR_LAW, self.behaviour(self.t))

    @property
    def reference_factorisation(self) -> Definition:
        """The definition of p_ref(τ) as a product over steps."""
        return self._factorised(REFERENCE_LAW, self.reference(self.t))

    def _factorised(self, law: Symbol, token: Term) -> Definition:
        """The definition of the law of sequences whose token at t has the probability `token`."""
        tokens = product_range(self.t, 1, self.T, of=token)
        contexts = product_range(self.t, 1, self.T - 1, of=self.transition(self.t))
        return Definition.of(law(self.tau), START(self.state(1)) * tokens * contexts)

    @property
    def padded(self) -> tuple[Definition, ...]:
        """The definitions of the models: each is its network before the end context, and the padding law in it."""
        ended = indicator(self.s, END())
        written = {
            self.answer: NETWORK(self.a, self.s, self.theta),
            BEHAVIOUR(self.a, self.s): BEHAVIOUR_NETWORK(self.a, self.s),
            REFERENCE(self.a, self.s): REFERENCE_NETWORK(self.a, self.s),
        }
        return tuple(Definition.of(m, (1 - ended) * f + ended * PADDING(self.a)) for m, f in written.items())

    @property
    def ends_for_good(self) -> Definition:
        """The end context is never left; from any other context it may be entered after any token."""
        after, ended = Variable("s'", STATE), indicator(self.s, END())
        onward = (1 - ended) * GOES_ON(after, self.s, self.a)
        return Definition.of(TRANSITION(after, self.s, self.a), onward + ended * indicator(after, END()))

    @property
    def begins_alive(self) -> Definition:
        """Prompts are drawn from D, given that they are not the end context."""
        prompt = STATE_LAW(self.s) * (1 - indicator(self.s, END()))
        return Definition.of(START(self.s), prompt / (1 - STATE_LAW(END())))

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """Those of trajectories; R, μ and π_ref do not depend on θ, and μ and π_ref are positive."""
        fixed = (SEQUENCE_REWARD, BEHAVIOUR, REFERENCE)
        others = (self.behaviour_factorisation, self.reference_factorisation)
        return (*super().hypotheses, *map(ThetaFree, fixed), Positive(BEHAVIOUR), Positive(REFERENCE), *others)

    @property
    def ragged(self) -> tuple[Hypothesis, ...]:
        """The hypotheses for sequences that may end before T and are then padded."""
        added = (AtLeastTwo(STATE), self.begins_alive, *self.padded, self.ends_for_good)
        defined = {h.symbol for h in added if isinstance(h, Definition)}
        kept = tuple(h for h in self.hypotheses if not (isinstance(h, SymbolHypothesis) and h.symbol in defined))
        fixed = map(ThetaFree, (STATE_LAW, GOES_ON, PADDING, BEHAVIOUR_NETWORK, REFERENCE_NETWORK))
        positive = map(Positive, (STATE_LAW, PADDING, NETWORK, BEHAVIOUR_NETWORK, REFERENCE_NETWORK))
        return (*kept, *fixed, *positive, *added)


def autoregressive(length: int | None = None) -> Autoregressive:
    """The problem of a model that generates sequences of T tokens, with T free or given.

    >>> print(autoregressive(2).sequence_log_ratio())
    Σ_{t=1}^2 log(π_θ(aₜ | sₜ)/π_ref(aₜ | sₜ))
    """
    return Autoregressive() if length is None else Autoregressive(T=lift(length))


__all__ = [
    "BEHAVIOUR",
    "BEHAVIOUR_LAW",
    "BEHAVIOUR_NETWORK",
    "END",
    "NETWORK",
    "PADDING",
    "REFERENCE",
    "REFERENCE_LAW",
    "REFERENCE_NETWORK",
    "SEQUENCE_REWARD",
    "Autoregressive",
    "autoregressive",
]
