"""The meanings of a loss's arguments: the known names, and their aliases.

A loss is a function of ONE batch of R rows (episodes; groups × group_size), T steps and A actions or tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pgsym.estimators.samples import arguments, parameters_of

MOVING: Final = {
    "logits": "(R, T, A) the logits θ(s_t, ·)",
    "log_pi": "(R, T, A) log π(·|s_t)",
    "probs": "(R, T, A) π(·|s_t)",
    "logp": "(R, T) log π(a_t|s_t)",
    "ratios": "(R, T) π(a_t|s_t) / behaviour",
    "entropies": "(R, T) the entropy of π(·|s_t)",
    "policy": "(S, A) the table π(a|s)",
}
"""Arrays that depend on the parameters: gradients flow through these."""

HELD: Final = {
    "actions": "(R, T) the actions or tokens taken, ints",
    "states": "(R, T) the states or contexts, ints",
    "rewards": "(R, T) the reward of every step",
    "to_go": "(R, T) the discounted sum of the rewards from the step on",
    "old_logp": "(R, T) log behaviour(a_t|s_t)",
    "ref_logp": "(R, T) log reference(a_t|s_t)",
    "values": "(R, T) the critic's value of s_t",
    "mask": "(R, T) whether the step belongs to the episode, booleans",
    "weights": "(R, T) the mask as floats: one, or zero where padded",
    "padding": "(R, T) whether the step is padding, booleans",
    "old_probs": "(R, T, A) behaviour(·|s_t)",
    "ref_probs": "(R, T, A) reference(·|s_t)",
    "old_logits": "(R, T, A) log behaviour(·|s_t)",
    "ref_logits": "(R, T, A) log reference(·|s_t)",
    "legal_actions": "(R, T, A) which actions may be taken, booleans: all of them",
    "illegal_actions": "(R, T, A) which actions may not be taken, booleans: none of them",
    "starts": "(R) the prompt or first state, ints",
    "returns": "(R) the discounted sum of the rewards",
    "lengths": "(R) how many steps the episode takes, ints",
}
"""Arrays of a batch that do not depend on the parameters, with their shapes."""

ADVANTAGES: Final = {
    "advantages": "(R, T) or (R): see `from_torch`",
    "row_advantages": "(R) one advantage for each row",
    "token_advantages": "(R, T) one advantage for each step",
}

SAME: Final = {
    "group_ids": "(R) which group a row belongs to, ints",
    "behaviour": "(S, A) the table of the behaviour policy",
    "reference": "(S, A) the table of the reference policy",
    "group_size": "how many members a group has, an int",
    "discount": "γ",
}
"""Values that are the same for all batches."""

MEANINGS: Final = {**MOVING, **HELD, **ADVANTAGES, **SAME}
"""All meanings of arguments."""

ALIASES: Final = {
    alias: meaning
    for meaning, aliases in {
        "logits": "policy_logits new_logits logits_t",
        "log_pi": "log_policy all_logp all_log_probs",
        "probs": "pi_t action_probs",
        "logp": "logps logprob logprobs log_prob log_probs new_logp newlogprob new_logprobs new_log_probs "
        "per_token_logps token_logps",
        "ratios": "ratio prob_ratio prob_ratios prob_ratios_t importance_weights importance_ratios",
        "entropies": "entropy",
        "actions": "action a_t tokens token_ids mb_actions b_actions completion_ids responses response_ids",
        "states": "state contexts",
        "rewards": "r_t token_rewards token_level_rewards",
        "to_go": "rewards_to_go reward_to_go returns_to_go",
        "old_logp": "old_logps old_logprob old_logprobs old_log_prob old_log_probs old_per_token_logps mb_logprobs "
        "b_logprobs behaviour_logp behavior_logp behaviour_log_probs behavior_log_probs",
        "ref_logp": "ref_logps ref_logprob ref_logprobs ref_log_prob ref_log_probs ref_per_token_logps reference_logp",
        "values": "value v_t old_values",
        "weights": "w_t response_mask completion_mask loss_mask attention_mask",
        "padding": "padding_mask pad_mask",
        "legal_actions": "action_mask action_masks legal_action_mask legal_actions_mask legal_mask valid_actions "
        "valid_action_mask valid_actions_mask avail_actions available_actions available_action_mask",
        "illegal_actions": "illegal_action_mask invalid_actions invalid_action_mask invalid_actions_mask",
        "old_logits": "behaviour_logits behavior_logits",
        "ref_logits": "reference_logits",
        "starts": "prompts prompt_ids",
        "returns": "episode_returns",
        "lengths": "seq_lens sequence_lengths response_lengths completion_lengths",
        "group_ids": "group_id group_index",
        "advantages": "advantage adv advs adv_t mb_advantages b_advantages",
        "behaviour": "behavior",
        "group_size": "num_generations",
        "discount": "gamma",
    }.items()
    for alias in aliases.split()
}
"""Other names for these meanings, as used in TRL, verl, CleanRL, rlax, SB3-contrib, RLlib, PyMARL and mctx."""


def meanings(function: Callable[..., Any], names: Mapping[str, str]) -> dict[str, str]:
    """The meaning of each argument of a loss: from `names`, else from its own name or an alias.

    Raises EstimatorError for an unknown argument without a default.

    >>> def loss(logprobs, adv, w_t, clip=0.2): ...
    >>> meanings(loss, {})
    {'logprobs': 'logp', 'adv': 'advantages', 'w_t': 'weights'}
    """
    own = parameters_of(function)
    read = {name: ALIASES[name] for name in own if name in ALIASES and name not in names}
    return arguments(function, read | {name: ALIASES.get(meant, meant) for name, meant in names.items()}, MEANINGS)


LEGAL: Final = ("legal_actions", "illegal_actions")
"""Meanings whose aliases, such as `action_mask`, mean the padding in some libraries."""


def axes(meaning: str) -> str:
    """The axes of a meaning, such as "RT", "RTA" or "" for a number."""
    words = MEANINGS[meaning]
    return words[1 : words.index(")")].replace(", ", "") if words.startswith("(") else ""


__all__ = ["ALIASES", "MEANINGS"]
