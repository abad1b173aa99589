"""Tables of what platforms say about requests and deployments, copy by copy, so that the order of files never shows."""

from datetime import datetime

from data.tables.base import Row
from data.tables.columns import big, col, instant, key, must, ref


class PlatformCopy(Row, table=True):
    """One row per copy of a request or deployment that tells something which no newer copy tells.

    The rows of pull_request and deployment follow from these: of each column the newest copy that tells it counts.
    """

    platform_copy_key: int = key("hash of what it is a copy of, of its rank and of what it tells")
    subject_key: int | None = ref("the pull or merge request, or the deployment", index=True)
    copy_rank: int | None = big("how new and complete the copy is; the highest wins")
    told: str = must("what the copy tells, as JSON: columns with their values, redacted")


class DeploymentState(Row, table=True):
    """One row per state that GitHub reported of a deployment, any file taken together."""

    deployment_state_key: int = key("hash of deployment, state and time")
    deployment_key: int | None = ref("the deployment", index=True)
    state: str = must("the state, as GitHub calls it")
    occurred_at: datetime | None = instant("when it was reported")
    environment: str | None = col("environment it was reported for (Environment); null when not told")
