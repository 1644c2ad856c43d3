"""A fault as a value: how it is made, how it is healed, and what must be seen meanwhile.

What: Fault, Expect. Why: the trial (trial.py) treats all of them alike, so that each fault is a few lines in its test.
"""
from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Expect:
    """A condition that an object must come to have while the fault lasts. words: regular expression of its message."""
    name: str
    kind: str
    status: str
    reason: str
    words: str = ""


@dataclass(frozen=True)
class Fault:
    name: str
    inject: Callable           # (stage); returns when the fault is there
    heal: Callable             # (stage); returns when the server itself is well again
    expect: tuple = ()         # of Expect
    blind: bool = False        # nothing whole is known of any demand: it may fall meanwhile and must not be believed
    writes: bool = False       # decisions can be written meanwhile: then demand's steps are timed
    local: bool = False        # it is one object's own: the others must not be delayed at all
    half_open: bool = False    # connections hang: who had sent something meanwhile waits as long again before the next try
    replaces: bool = False     # replicas stand in for pods that do not serve: those may go once it is healed
    ci_s: float = 0            # how long it lasts; 0: the pace's
    soak_s: float = 0
    also_at_end: Callable = None   # (stage) → list of complaints, while the fault still lasts
