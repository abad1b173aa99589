"""How a reply ended, from the footprints that bolt.diy leaves in it."""

from data.words import CallStatus, Decision, Outcome, OutcomeBasis
from etl.derive.lineage import MessageFacts


def ending_of(reply: MessageFacts, usage_seen: bool) -> tuple[Outcome, OutcomeBasis]:
    """Return how a turn with this last reply ended, from the footprints that bolt.diy leaves."""
    features = reply.features
    if any(tool.decision == Decision.PENDING for tool in features.tools):
        return Outcome.UNKNOWN, OutcomeBasis.PENDING_TOOL
    if not features.has_text and not features.tools:
        return Outcome.FAILED, OutcomeBasis.ERROR
    if not features.usage and not features.usage_lost and (features.expects_usage or usage_seen):
        return Outcome.ABORTED, OutcomeBasis.STOPPED
    if not features.is_closed:
        return Outcome.FAILED, OutcomeBasis.UNCLOSED
    if features.usage_lost:
        return Outcome.UNKNOWN, OutcomeBasis.USAGE_LOST
    return Outcome.COMPLETED, OutcomeBasis.ANSWER


def call_status(reply: MessageFacts, usage_seen: bool) -> CallStatus:
    """Return how the calls behind a reply ended, as far as the chat tells."""
    if reply.features.usage:
        return CallStatus.SUCCESS
    outcome, basis = ending_of(reply, usage_seen)
    if outcome is Outcome.ABORTED:
        return CallStatus.CANCELLED
    if basis is OutcomeBasis.ERROR:
        return CallStatus.ERROR
    return CallStatus.SUCCESS if outcome is Outcome.COMPLETED else CallStatus.UNKNOWN
