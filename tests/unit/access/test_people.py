"""The people of a workspace: roles, the last owner, who leaves, and that workspaces do not see each other."""

from pathlib import Path

import pytest

from periplo.access import ALL, Access, By, Role
from periplo.errors import LinkGone, UnknownName, UsageError
from support_access import PASSWORD, TEST, joined, session


def test_everybody_in_the_order_they_came(access: Access) -> None:
    assert [person.role for person in access.people.list()] == list(Role)
    assert access.people.of(" OWNER@shop.example ").name == "Owner"
    with pytest.raises(UnknownName, match="Did you mean"):
        access.people.of("ownr@shop.example")


def test_a_role_changes_at_once_for_a_live_session(access: Access) -> None:
    secret = session(access, "viewer@shop.example")
    access.people.set_role("viewer@shop.example", Role.ANALYST, By("owner@shop.example"))
    visitor = access.sessions.visitor(secret)
    assert visitor
    assert visitor.role == Role.ANALYST
    assert access.audit.list()[0].target == "viewer@shop.example: viewer → analyst"


def test_there_is_always_an_owner(access: Access) -> None:
    with pytest.raises(UsageError, match="only owner"):
        access.people.set_role("owner@shop.example", Role.EDITOR, TEST)
    with pytest.raises(UsageError, match="only owner"):
        access.people.remove("owner@shop.example", TEST)
    access.people.set_role("editor@shop.example", Role.OWNER, TEST)
    access.people.remove("owner@shop.example", TEST)
    assert [person.email for person in access.people.list() if person.role == Role.OWNER] == ["editor@shop.example"]


def test_who_is_removed_is_out_at_once_with_sessions_tokens_and_links(access: Access) -> None:
    who = access.people.of("agent@shop.example")
    secret = session(access, who.email)
    _, token = access.tokens.make("mine", ALL, 1, TEST, user_id=who.user_id)
    link = access.links.reset(who.email, TEST)
    access.people.remove(who.email, TEST)
    assert access.sessions.visitor(secret) is None
    assert access.tokens.visitor(token) is None
    with pytest.raises(LinkGone):
        access.links.look(link)
    with pytest.raises(UnknownName):
        access.people.of(who.email)


def test_workspaces_do_not_see_each_other(access: Access, tmp_path: Path) -> None:
    other = Access(tmp_path / "access.db", "other")
    assert other.deserted()
    joined(other, "eva@other.example", Role.OWNER)
    assert [person.email for person in other.people.list()] == ["eva@other.example"]
    assert "eva@other.example" not in [person.email for person in access.people.list()]
    assert {entry.who for entry in other.audit.list()} == {"test", "eva@other.example"}
    with pytest.raises(UnknownName):
        other.people.remove("viewer@shop.example", TEST)
    with pytest.raises(UnknownName):
        other.links.reset("viewer@shop.example", TEST)


def test_a_person_of_two_workspaces_stays_in_the_one_when_leaving_the_other(access: Access, tmp_path: Path) -> None:
    other = Access(tmp_path / "access.db", "other")
    joined(other, "eva@other.example", Role.OWNER)
    joined(other, "viewer@shop.example", Role.EDITOR)
    assert other.people.of("viewer@shop.example").role == Role.EDITOR
    assert access.people.of("viewer@shop.example").role == Role.VIEWER
    other.people.remove("viewer@shop.example", TEST)
    assert access.entrance.sign_in("viewer@shop.example", PASSWORD, "192.0.2.1")


def test_an_owner_cannot_take_over_who_belongs_to_another_workspace_too(access: Access, tmp_path: Path) -> None:
    """A link for a new password would open the other workspace as well."""
    before = access.links.reset("viewer@shop.example", TEST)
    other = Access(tmp_path / "access.db", "other")
    joined(other, "eva@other.example", Role.OWNER)
    joined(other, "viewer@shop.example", Role.EDITOR)
    with pytest.raises(UsageError, match="other workspaces"):
        access.links.reset("viewer@shop.example", TEST)
    with pytest.raises(LinkGone):
        access.links.look(before)


@pytest.mark.parametrize("text", ["", "ana", "@x", "ana@", "a@b@c", "a b@c", "a@b\n", "\x00@b", f"{'a' * 260}@b"])
def test_what_is_no_address_is_refused(access: Access, text: str) -> None:
    with pytest.raises(UsageError, match="not an email address"):
        access.links.invite(text.replace("\n", "\nc"), Role.VIEWER, TEST)
