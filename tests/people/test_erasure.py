"""Who cannot be erased."""

import pytest

from lms.base.errors import Conflict
from lms.people import erasure


@pytest.mark.usefixtures("app")
def test_the_last_administrator_is_not_erased(session, make):
    dana = make.person("Dana", roles=["administrator"])
    with pytest.raises(Conflict, match="last administrator"):
        erasure.erase(session, dana.id, "She asked", by_id=None)
    make.person("Eva", roles=["administrator"])
    erasure.erase(session, dana.id, "She asked", by_id=None)
    assert erasure.is_erased(dana)
