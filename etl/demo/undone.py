"""What became of patches outside of the chats, in exact figures: reverts, withdrawn builds, failures, slow commands."""

from etl.demo.calendar import day_at, iso
from etl.demo.deploys import Build, Publishing
from etl.demo.figures import Figures, counts, rate
from etl.demo.outside import Outside
from etl.demo.plants import DEPLOY_SPATE_PROJECT, SLOW_PROJECT, Plants
from etl.demo.pulls import Pull
from etl.demo.records import Row
from etl.demo.repository import INITIAL, UPDATE, WORKBENCH, Repository

_PUSHES = {INITIAL: "initial", UPDATE: "update", WORKBENCH: "workbench"}


def git_figures(world: Outside) -> Figures:
    """Return what the logs of all repositories hold, by project."""
    return {repository.project: _git(repository) for repository in world.repositories}


def review_figures(world: Outside) -> Figures:
    """Return what the reviews say, by project; a GitLab export tells approvals only."""
    return {
        repository.project: _reviews(repository) for repository in world.repositories if repository.workflow != "direct"
    }


def deployment_figures(world: Outside) -> Figures:
    """Return what was published, by project."""
    return {publishing.project: _deployments(publishing) for publishing in world.publishing}


def record_figures(world: Outside) -> Figures:
    """Return what the team's own records say."""
    tally = world.records
    return {
        "records": tally.record_count,
        "command_runs": {
            "total": len(tally.runs),
            "by_status": dict(sorted(tally.count(tally.runs, "status").items())),
            "by_project": dict(sorted(tally.count(tally.runs, "project").items())),
            "duration_ms": sum(run["duration_ms"] for run in tally.runs),
        },
        "approvals": {
            "total": len(tally.approvals),
            "by_decision": dict(sorted(tally.count(tally.approvals, "decision").items())),
            "by_actor": dict(sorted(tally.count(tally.approvals, "actor").items())),
        },
        "tool_calls": {
            "total": len(tally.tool_calls),
            "by_status": dict(sorted(tally.count(tally.tool_calls, "status").items())),
        },
        "patches": {
            "total": len(tally.patches),
            "rolled_back": sum(patch["rolled_back_at"] is not None for patch in tally.patches),
            "by_project": dict(sorted(tally.count(tally.patches, "project").items())),
        },
        "governance": {name: len(rows) for name, rows in tally.governance.items()},
    }


def git_reverts(world: Outside) -> Figures:
    """Return every revert of pushed work, which patches it undid, and which came back."""
    reverts = world.reverting.reverts
    standing = [revert for revert in reverts if revert.put_back is None]
    return {
        "reverts": len(reverts),
        "by_form": counts(revert.form for revert in reverts),
        "by_project": counts(revert.project for revert in reverts),
        "put_back": len(reverts) - len(standing),
        "patches": sorted(
            (
                {
                    "message_id": patch.message_id,
                    "at": iso(revert.commit.at // 1000 * 1000),
                    "form": revert.form,
                    "commit": revert.commit.sha,
                }
                for revert in standing
                for patch in revert.patches
            ),
            key=lambda entry: entry["message_id"],
        ),
        "patches_put_back": sorted(
            patch.message_id for revert in reverts if revert.put_back for patch in revert.patches
        ),
    }


def deploy_rollbacks(world: Outside) -> Figures:
    """Return every older build that was published again, and the patches that this withdrew."""
    withdrawals = [withdrawal for publishing in world.publishing for withdrawal in publishing.withdrawals]
    return {
        "rollbacks": len(withdrawals),
        "by_project": counts(withdrawal.project for withdrawal in withdrawals),
        "patches": sorted(
            (
                {"message_id": patch.message_id, "at": iso(withdrawal.at), "project": withdrawal.project}
                for withdrawal in withdrawals
                for patch in withdrawal.patches
            ),
            key=lambda entry: entry["message_id"],
        ),
    }


def deployment_failures(world: Outside, plants: Plants) -> Figures:
    """Return how many attempts to publish one project failed in the week of failures, and otherwise."""
    builds = [
        build for publishing in world.publishing if publishing.project == DEPLOY_SPATE_PROJECT
        for build in publishing.builds if build.pull is None
    ]  # fmt: skip
    inside = [build for build in builds if day_at(build.ended_at) in plants.deploy_spate]
    outside = [build for build in builds if day_at(build.ended_at) not in plants.deploy_spate]
    return {
        "project": DEPLOY_SPATE_PROJECT,
        "first_day": plants.deploy_spate.first.isoformat(),
        "last_day": plants.deploy_spate.last.isoformat(),
        "inside": _attempts(inside),
        "outside": _attempts(outside),
    }


def slow_commands(world: Outside, plants: Plants) -> Figures:
    """Return how long the commands of one project took in the slow weeks, and otherwise."""
    runs = [run for run in world.records.runs if run["project"] == SLOW_PROJECT]
    first, last = plants.slow_commands.first.isoformat(), plants.slow_commands.last.isoformat()
    return {
        "project": SLOW_PROJECT,
        "first_day": first,
        "last_day": last,
        "inside": _latency([run for run in runs if first <= run["started_at"][:10] <= last]),
        "outside": _latency([run for run in runs if not first <= run["started_at"][:10] <= last]),
    }


def _git(repository: Repository) -> Figures:
    commits = repository.commits
    return {
        "commits": len(commits),
        "merges": sum(commit.is_merge for commit in commits),
        "pushes": counts(_PUSHES[commit.subject] for commit in commits if commit.subject in _PUSHES),
        "file_changes": sum(len(commit.changes) for commit in commits if not commit.is_merge),
        "fixes_by_hand": repository.fix_count,
    }


def _reviews(repository: Repository) -> Figures:
    pulls = repository.pulls
    merged = [pull for pull in pulls if pull.state == "merged"]
    is_gitlab = repository.workflow == "gitlab"
    told = [
        review for pull in pulls for review in pull.reviews if not is_gitlab or review.verdict == "APPROVED"
    ]  # fmt: skip
    return {
        "requests": len(pulls),
        "by_state": counts(pull.state for pull in pulls),
        "reviews": counts(review.verdict.lower() for review in told),
        "merged_without_review": sum(not _approved(pull) for pull in merged),
        "merged_by_rule": sum(pull.is_automatic for pull in merged),
        "with_second_reviewer": sum(len(set(_approved(pull))) > 1 for pull in pulls),
        "reverts": sum(pull.undoes is not None for pull in pulls),
    }


def _approved(pull: Pull) -> list[str]:
    return [review.reviewer for review in pull.reviews if review.verdict == "APPROVED"]


def _deployments(publishing: Publishing) -> Figures:
    builds = publishing.builds
    return {
        "platform": publishing.host,
        **_attempts(builds),
        "previews": sum(build.pull is not None for build in builds),
        "sent_by_bolt": sum(build.commit is None for build in builds),
    }


def _attempts(builds: list[Build]) -> Figures:
    failed = sum(not build.is_ok for build in builds)
    return {"attempts": len(builds), "failed": failed, "failure_rate": rate(failed, len(builds))}


def _latency(runs: list[Row]) -> Figures:
    ended = sorted(run["duration_ms"] for run in runs if run["status"] in ("ok", "failed"))
    timeouts = sum(run["status"] == "timeout" for run in runs)
    return {
        "runs": len(runs),
        "timeouts": timeouts,
        "timeout_rate": rate(timeouts, len(runs)),
        "median_ms": ended[len(ended) // 2] if ended else None,
    }
