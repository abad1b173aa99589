"""Meanings of the columns that the approvals page makes; see column_words."""

from collections.abc import Mapping

_PER_100 = "for a hundred decisions, in US dollars, by data/definitions/approval_costs.toml"
_EVERY = ("day", "week", "month")
_SHOWN = {
    "Risk zone": "zone of the files that needs the most care, as data/definitions/risk_zones.toml says",
    "Class": "class of the task; all: every class together",
    "Decided by": "people, rules, or nobody: the change was applied without a question; never summed into one rate",
    "Verdict": "too lax, too restrictive, about right, or cannot tell, with how many more decisions would very likely "
    "settle it",
    "Decisions": "accepted and rejected changes that are old enough to be judged",
    "Taken back": "accepted changes that were rolled back, of the accepted, with its 95 % interval",
    "Good ones rejected": "rejected changes of which the same was accepted in time "
    "as approval_costs.toml states, of those that can be compared, with its 95 % interval",
    "Median wait": "half of the decisions came within this time, with its 95 % interval",
    "Mistakes cost": f"what accepted changes that were rolled back cost {_PER_100}, with its 95 % interval",
    "Asking costs": f"what good changes that were rejected, and waiting, cost {_PER_100}, with its 95 % interval",
    "Difference": f"mistakes that got through minus asking {_PER_100}, with its 95 % interval; the verdict rests on it",
    "Rule": "a rule that could have been in force; proposed, never applied",
    "Worth it": "whether the rule would have paid, its interval and the number of rules replayed considered",
    "Changes": "changes that the rule would have treated otherwise",
    "Mistakes caught": "accepted changes that were rolled back and that the rule would have stopped, with its 95 % "
    "interval; negative: more would have come through",
    "Good changes held": "good changes that the rule would have rejected, with its 95 % interval; negative: fewer",
    "Hours waited": "hours of waiting that the rule would have added, with its 95 % interval; negative: fewer",
    "Saved": "cost of mistakes saved, minus cost of good changes held and of waiting, over the period, in US dollars, "
    "with its 95 % interval",
}

APPROVALS_MADE: Mapping[str, str] = {
    **_SHOWN,
    # Verdicts
    "verdicts.risk_zone": "zone of the files that needs the most care, as risk_zones.toml says; all: all of them",
    "verdicts.task_class": "class of the task; all: every class together",
    "decided_by": "human: a person; policy: a rule; not_asked: applied without a question; unknown: nobody says who",
    "verdicts.verdict": "too lax, too restrictive, about right, or cannot tell, by what both sides cost",
    "more_decisions_count": "so many more decisions would very likely settle the verdict; empty where it is settled",
    "verdicts.reason": "why it cannot be told",
    "verdicts.decided_count": "accepted and rejected changes that are old enough to be judged",
    "verdicts.accepted_count": "of these, accepted",
    "verdicts.rolled_back_count": "of the accepted, rolled back within the rollback window",
    "lax_error_rate": "accepted changes that were rolled back, of the accepted",
    "verdicts.rejected_count": "of the decided, rejected",
    "verdicts.accepted_again_count": "of these, the same change was accepted in the time of approval_costs.toml",
    "restrictive_error_rate": "rejected changes of which the same was accepted in the time of approval_costs.toml, "
    "of the comparable",
    "verdicts.waiting_known_count": "decisions whose waiting time is known",
    "median_wait_hours": "half of the decisions came within this time, in hours",
    "total_wait_hours": "sum of the known waiting times, in hours",
    "lax_cost_usd": f"what accepted changes that were rolled back cost {_PER_100}",
    "restrictive_cost_usd": f"what good changes that were rejected, and waiting, cost {_PER_100}; empty where no "
    "record tells of waiting",
    "cost_difference_usd": f"lax minus restrictive cost {_PER_100}; the verdict rests on its interval",
    "tolerance_usd": f"by how much both sides may differ and be about right {_PER_100}",
    "verdicts.corrected_chance_rate": "chance of a difference as far beyond the tolerance, corrected for the number of "
    "groups compared",
    "verdicts.compared_verdict": "the verdict in the compared period",
    # Decisions over time
    **{f"decisions_by_{every}.approved_count": "approved" for every in _EVERY},
    "edited_count": "accepted after changes",
    "auto_approved_count": "let through without a question",
    "rejected_rate": "rejected, of the decided",
    **{f"decisions_by_{every}.decided_count": "decisions that were made" for every in _EVERY},
    **{f"decisions_by_{every}.rejected_count": "rejected" for every in _EVERY},
    **{f"decisions_by_{every}.pending_count": "asked for, and not decided yet" for every in _EVERY},
    **{f"waiting_by_{every}.waiting_known_count": "decisions whose waiting time is known" for every in _EVERY},
    # What waits
    "waiting_now.subject": "what the decision is about (Subject)",
    "waiting_now.pending_count": "how many wait for a decision",
    "up_to_hour_count": "of these, for up to an hour",
    "up_to_day_count": "of these, for longer than an hour and up to a day",
    "up_to_week_count": "of these, for longer than a day and up to a week",
    "over_week_count": "of these, for longer than a week",
    "unknown_age_count": "of these, since a time that is not known",
    "median_age_hours": "half of those that wait have waited at least this long, in hours",
    "oldest_age_hours": "how long the oldest has waited, in hours",
    # Tools
    "tool_decisions.tool_call_count": "calls of the tool",
    "tool_decisions.approved_count": "calls that a person approved",
    "tool_decisions.rejected_count": "calls that a person rejected",
    "tool_decisions.rejected_rate": "rejected, of the calls that people decided on",
    "tool_decisions.policy_decided_count": "calls that a rule decided on",
    "tool_decisions.unknown_decided_count": "calls that were decided on, and nobody says by whom",
    "tool_decisions.pending_count": "calls that wait for a decision",
    "tool_decisions.not_asked_count": "calls without a decision on record",
    "share_decided_rate": "share of the calls before which somebody or a rule decided",
    # Second reviewers
    "second_reviewers.risk_zone": "zone in which an edit should have a second reviewer, as risk_zones.toml says",
    "second_reviewers.accepted_count": "accepted edits",
    "second_reviewers.reviewers_known_count": "of these, it is known how many people approved them",
    "without_second_count": "of those of which it is known: approved by fewer than two people",
    "without_second_rate": "approved by fewer than two people, of those of which it is known",
    "second_reviewers.not_asked_count": "accepted edits that were applied without a question",
    "reviewers_unknown_count": "accepted edits of which no record says how many people approved them",
    # Rows
    "wait_hours": "from asking to deciding, in hours; empty when it is not known",
    "is_rolled_back": "whether it was accepted and rolled back within the rollback window",
    # Replay
    "approval_replay.risk_zone": "zone of the files that needs the most care, as risk_zones.toml says",
    "approval_replay.rule": "a rule that could have been in force: ask a person about every change, let changes pass "
    "without asking, or require a second reviewer; proposed, never applied",
    "worth": "whether the rule would have paid, its interval and the number of rules replayed considered",
    "change_count": "changes that the rule would have treated otherwise",
    "escape_count": "of these, accepted and rolled back in fact",
    "caught_count": "mistakes that the rule would have stopped; negative: more would have come through",
    "held_count": "good changes that the rule would have rejected; negative: fewer",
    "waited_hours": "hours of waiting that the rule would have added; negative: fewer",
    "approval_replay.saved_usd": "cost of mistakes saved, minus cost of good changes held and of waiting, over the "
    "period, in US dollars",
    "behaviour_zone": "where it was seen how people decide; all: the zone itself has too few decisions of people",
    "behaviour_decided_count": "decisions of people that this rests on",
    # Reviewers
    "reviewers.reviewer": "who decided, as stored",
    "reviewers.decided_count": "decisions on patches that the reviewer made",
    "reviewers.rejected_count": "of these, rejections",
    "reviewers.waiting_known_count": "of these, with a known waiting time",
    "share_of_decisions_rate": "share of all decisions that name a reviewer",
}
