"""What was told of a customer, as the page shows it."""

from __future__ import annotations

from periplo.profiles import Profile
from periplo.server.pages.customer import _traits

PROFILE = Profile(
    number=1,
    name="ana",
    person=True,
    identifiers={"email": ["ana@example.com"], "phone": ["+34687599935"], "user_id": ["ana"]},
    traits={
        "email": "Ana@Example.com",
        "phone": "687 59 99 35",
        "nick": "ana",
        "firstName": "Ana",
        "last_name": "Gil",
        "address": {"city": "Vigo", "street": "", "country": "ES"},
        "sizes": [38, 39],
        "color": "blue",
    },
)


def test_what_identifies_is_not_told_twice_and_names_are_in_the_reader_s_words() -> None:
    rest = [("Vigo, ES", "Address"), ("38, 39", "sizes"), ("blue", "color")]
    assert _traits(PROFILE, "en") == [("First name", "Ana"), ("Last name", "Gil"), *((b, a) for a, b in rest)]
    assert [name for name, _ in _traits(PROFILE, "es")] == ["Nombre", "Apellidos", "Dirección", "sizes", "color"]
