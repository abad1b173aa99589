"""Errors that say what is wrong, where, and what to do."""


class BoltscopeError(Exception):
    """A problem that a person can act on; its text is shown as it is, without a stack trace."""


class StoreError(BoltscopeError):
    """The store cannot be opened, read or written."""


class StoreMissingError(StoreError):
    """There is no file at the address of the store."""


class StoreBusyError(StoreError):
    """Another load holds the store."""


class DefinitionError(BoltscopeError):
    """A file in data/definitions is wrong; the text names the file, the place in it and what was expected."""
