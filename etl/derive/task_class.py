"""The class of a task, by the rules in definitions/task_classes.toml; the first rule that holds wins."""

from data.definitions import TaskClassRule, task_classes
from data.words import TaskClass
from etl.derive.turns import Task


def class_of(task: Task, patch_count: int, new_files: int, edited_files: int) -> TaskClass:
    """Return the class of a task from counts, flags and the words that were matched while the request was read."""
    for rule in task_classes().rule:
        if _holds(rule, task, patch_count, new_files, edited_files):
            return TaskClass(rule.task_class)
    return TaskClass.EDIT


def _holds(rule: TaskClassRule, task: Task, patch_count: int, new_files: int, edited_files: int) -> bool:
    files = new_files + edited_files
    conditions = (
        rule.has_patch is None or rule.has_patch == (patch_count > 0),
        rule.is_answered is None or rule.is_answered == any(reply.features.has_text for reply in task.replies),
        rule.is_first_of_chat is None or rule.is_first_of_chat == task.is_first_of_chat,
        rule.is_fix_request is None or rule.is_fix_request == (task.root.features.fix_request is not None),
        not rule.words or not set(rule.words).isdisjoint(task.root.features.matched_words),
        rule.min_files is None or files >= rule.min_files,
        rule.max_files is None or files <= rule.max_files,
        rule.min_new_files is None or new_files >= rule.min_new_files,
        rule.min_edited_files is None or edited_files >= rule.min_edited_files,
    )
    return all(conditions)
