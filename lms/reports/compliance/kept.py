"""Figures of the whole company, kept for a minute: many look at the same report on the first of a month."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from lms.base import clock

KEPT = timedelta(minutes=1)
AT_MOST = 200
Value = TypeVar("Value")
_kept: WeakKeyDictionary[Engine, OrderedDict[Any, "Kept[Any]"]] = WeakKeyDictionary()
_lock = threading.Lock()


@dataclass(frozen=True)
class Kept(Generic[Value]):
    """Something that was counted, and when."""

    value: Value
    at: datetime


def within_a_minute(session: Session, key: Any, count: Callable[[], Value]) -> Kept[Value]:
    """What `count` returned under this key within the last minute, else what it returns now.

    Nothing is kept of a count that fails: the reader is told so, and the next one asks anew.
    """
    engine, now = session.connection().engine, clock.now()
    with _lock:
        mine = _kept.setdefault(engine, OrderedDict())
        found = mine.get(key)
    if found is not None and timedelta() <= now - found.at < KEPT:
        return found
    made = Kept(count(), now)
    with _lock:
        mine[key] = made
        mine.move_to_end(key)
        while len(mine) > AT_MOST:
            mine.popitem(last=False)
    return made
