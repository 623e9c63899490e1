"""Every error that Diptych foresees.

    DiptychError                 exit 1
    ├── UsageError               exit 2   the command or the request is wrong
    ├── SettingsError            exit 78  a setting is missing, wrong or contradicts another
    │   └── CredentialsError     exit 78  the cluster refuses who we are or what we may do
    ├── UnavailableError         exit 75  a server does not answer: the same call may work later
    │   ├── BusyError            exit 75  it answers, and asks us to slow down
    │   ├── BlockedError         exit 75  an index takes no writes until somebody lifts its block
    │   └── HeldBackError        exit 75  a host is not asked, because it has failed
    ├── ContractError            exit 78  index and caller disagree about models or layout
    │   └── NotInstalledError    exit 78  the index has no contract
    ├── MissingIndexError        exit 1   the index does not exist
    ├── MappingError             exit 1   the index cannot take what Diptych needs
    ├── NotReadyError            exit 1   an index has fewer vectors than were asked for
    ├── CatalogError             exit 1   an input file cannot be read
    ├── ImageError               exit 1   one picture cannot be used
    │   ├── MissingPictureError  exit 1   there is no such picture
    │   └── RefusedPictureError  exit 1   it lies where this host may not read
    ├── EncodingError            exit 1   a model cannot be loaded or fails on its input
    ├── DeviceLostError          exit 75  the device of the models works no more in this process
    ├── CrashError               exit 1   a document ended the process that worked on it
    ├── RefusedError             exit 1   the cluster refuses a request as it stands (400, 404)
    │   ├── ConflictError        exit 1   somebody else wrote first (409)
    │   └── TooLargeError        exit 1   the request is larger than the cluster takes (413)
    ├── SearchError              exit 1   a search cannot be answered
    └── LocalStackError          exit 1   a part of the local stack cannot start

A message says what happened, names the value, and says what to do.
"""

from typing import ClassVar


class DiptychError(Exception):
    """Root of all errors of ours; `str(error)` is fit for a person."""

    #: Exit status of a command that ends with this error (sysexits.h for 75 and 78).
    exit_code: ClassVar[int] = 1


class UsageError(DiptychError):
    """The command line or the request is wrong."""

    exit_code = 2


class SettingsError(DiptychError):
    """A setting is missing, malformed or contradicts another."""

    exit_code = 78


class CredentialsError(SettingsError):
    """The cluster or the broker refuses our credentials, or they lack a privilege."""


class UnavailableError(DiptychError):
    """A server cannot be reached or does not answer in time: the same call can succeed later."""

    exit_code = 75


class BusyError(UnavailableError):
    """A server answers that it has too much to do (429)."""


class BlockedError(UnavailableError):
    """An index takes no writes: its disk is nearly full, or somebody blocked it."""


class HeldBackError(UnavailableError):
    """A host of pictures is not asked for a while, because it has failed or said so."""


class ContractError(DiptychError):
    """The index was built by other models, another layout or another version."""

    exit_code = 78


class NotInstalledError(ContractError):
    """The index exists, and Diptych was never installed on it or was removed."""


class MissingIndexError(DiptychError):
    """The index does not exist."""


class MappingError(DiptychError):
    """The index cannot take the fields that Diptych needs."""


class NotReadyError(DiptychError):
    """An index has fewer vectors than were asked for."""


class CatalogError(DiptychError):
    """An input file cannot be read."""


class ImageError(DiptychError):
    """One picture cannot be used; its document keeps its words."""


class MissingPictureError(ImageError):
    """There is no such picture."""


class RefusedPictureError(ImageError):
    """The picture lies where this host may not read."""


class EncodingError(DiptychError):
    """A model cannot be loaded, or fails on its input."""


class DeviceLostError(DiptychError):
    """The device of the models works no more in this process: a new process may mend it."""

    exit_code = 75


class CrashError(DiptychError):
    """What was tried in a process of its own ended that process, or never came to an end."""


class RefusedError(DiptychError):
    """The cluster refuses a request as it stands; sending it again changes nothing."""


class ConflictError(RefusedError):
    """A compare-and-set write came second: read again and decide again."""


class TooLargeError(RefusedError):
    """The request is larger than the cluster takes: send it in parts."""


class SearchError(DiptychError):
    """A search cannot be answered at all."""


class LocalStackError(DiptychError):
    """A part of the local stack cannot be fetched or started."""
