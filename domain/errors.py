"""Errors that reach a user: each says what is so and what to do next."""


class WatchfloorError(Exception):
    """Base of every error we raise on purpose; `exit_code` is what the command line ends with."""

    exit_code = 1


class WrongUseError(WatchfloorError):
    """The caller asked for something that cannot be asked (exit code 2)."""

    exit_code = 2


class TooLargeError(WrongUseError):
    """A request holds more than may come at once; in smaller pieces it would be taken."""


class NothingFoundError(WatchfloorError):
    """The request was right and there is no data for it (exit code 3)."""

    exit_code = 3


class DataFolderError(WatchfloorError):
    """The data folder is held by another process, of another version, or not usable."""


class StoreError(WatchfloorError):
    """A store refused or failed a request."""


class StoreTimeoutError(StoreError):
    """A store did not answer inside its time limit."""


class StoreRefusedError(StoreError):
    """A store refused the rows themselves (type, size, shape): the same rows will be refused again."""


class QueueError(WatchfloorError):
    """The queue did not answer or could not keep an entry; the same append may succeed later."""


class QueueFullError(QueueError):
    """The queue's room is used up; the sender is to try again after a while."""


class QuotaError(WatchfloorError):
    """A source sent more than its quota; it is to try again after a while."""


class JudgeUnavailableError(WatchfloorError):
    """The language model cannot be reached or keeps failing; the house takes over."""


class JudgeAnswerError(WatchfloorError):
    """The language model answered something that does not fit the task's schema."""


class DeliveryError(WatchfloorError):
    """A channel did not take what was sent to it."""


class PromptError(WatchfloorError):
    """A prompt file is malformed."""


class TemplateError(WatchfloorError):
    """A metric template file is malformed."""
