"""What roles and permissions are called."""

from __future__ import annotations

from collections.abc import Mapping

from periplo.access import Permission, Role

ROLE_LABELS: Mapping[Role, str] = {
    Role.OWNER: "Shop owner",
    Role.EDITOR: "Editor",
    Role.ANALYST: "Analyst",
    Role.AGENT: "Agent",
    Role.VIEWER: "Viewer",
}
PERMISSION_LABELS: Mapping[Permission, str] = {
    Permission.NUMBERS: "See the map and its numbers",
    Permission.CUSTOMERS: "See customers by name",
    Permission.CORRECT: "Correct who is who",
    Permission.EDIT: "Edit maps and segments",
    Permission.ERASE: "Export and erase a person",
    Permission.PEOPLE: "Manage people and read the audit log",
    Permission.OPERATION: "Read the server's measures",
}
