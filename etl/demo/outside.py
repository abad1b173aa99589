"""What happens to patches outside of the chats, and its files: git, reviews, deployments, the team's own records."""

from dataclasses import dataclass, field

from etl.demo.apps import Pushing
from etl.demo.calendar import DAY, start_of
from etl.demo.commits import log_text
from etl.demo.database_checks import database_checks
from etl.demo.deploy_files import deploys_text
from etl.demo.deploys import Publishing
from etl.demo.facts import Life, TaskFact
from etl.demo.gate import Change, Gate
from etl.demo.governance import write_governance
from etl.demo.noise import Noise, Write
from etl.demo.plants import Plants
from etl.demo.randomness import Chance
from etl.demo.records import RecordTally, write_database_checks, write_gate_records, write_work_records
from etl.demo.repository import WORKFLOWS, Repository
from etl.demo.reverting import Reverting
from etl.demo.review_files import github_text, gitlab_texts


@dataclass
class Outside:
    """What befell the patches outside of the chats, for counting."""

    reverting: Reverting = field(default_factory=Reverting)
    repositories: list[Repository] = field(default_factory=list[Repository])
    publishing: list[Publishing] = field(default_factory=list[Publishing])
    records: RecordTally = field(default_factory=RecordTally)
    gate: list[Change] = field(default_factory=list[Change])


def live_outside(
    facts: list[TaskFact], pushing: list[Pushing], plants: Plants, seed: int, noise: Noise, write: Write
) -> Outside:
    """Run through what people pushed and published, and write the exports of it."""
    world = Outside()
    pushes = noise.squashed([push for one in pushing for push in one.pushes])
    end = start_of(plants.span.last) + DAY - 1
    for project in WORKFLOWS:
        own = sorted(
            (push for push in pushes if push.app.project == project), key=lambda push: (push.at, push.app.name)
        )
        repository = Repository(project, plants.span, Chance(f"{seed}/{project}/git"), seed, world.reverting.on_last)
        repository.live([push for push in own if not push.app.is_site])
        publishing = Publishing(project, plants, Chance(f"{seed}/{project}/deploys"), end, _lives(pushing, project))
        publishing.publish(repository, [push for push in own if push.app.is_site])
        world.repositories.append(repository)
        world.publishing.append(publishing)
        _write_repository(repository, noise, write)
        if publishing.builds:
            text = deploys_text(publishing.host, publishing.builds, project, noise.skew())
            write(f"inbox/{project}/{publishing.host}-deployments.json", text)
        facts_of_project = [fact for fact in facts if fact.person.project == project]
        write_work_records(facts_of_project, plants, project, Chance(f"{seed}/{project}/runner"), write, world.records)
    gate = Gate(plants, len(facts), Chance(f"{seed}/gate"))
    gate.live()
    world.gate = gate.changes
    for project in WORKFLOWS:
        patches, approvals = gate.rows(project)
        if patches:
            write_gate_records(project, patches, approvals, write, world.records)
    write_database_checks(database_checks(plants, len(facts), Chance(f"{seed}/checks")), write, world.records)
    write_governance(plants, write, world.records)
    return world


def _lives(pushing: list[Pushing], project: str) -> dict[int, list[Life]]:
    """Return when the chats of a project live, by their number in whichever browser."""
    found: dict[int, list[Life]] = {}
    for one in pushing:
        if one.person.project == project:
            for number, lives in one.lives.items():
                found.setdefault(number, []).extend(lives)
    return found


def _write_repository(repository: Repository, noise: Noise, write: Write) -> None:
    project = repository.project
    write(f"inbox/{project}/git-log.txt", log_text(repository.commits, noise.skew()))
    if not repository.pulls:
        return
    if repository.workflow == "github":
        write(f"inbox/{project}/pull-requests.json", github_text(repository.pulls, project, noise.skew()))
    else:
        requests, approvals = gitlab_texts(repository.pulls, project, noise.skew())
        write(f"inbox/{project}/merge-requests.json", requests)
        write(f"inbox/{project}/merge-request-approvals.json", approvals)
