"""What a shop is told: by its ``periplo.toml``, and by the environment, which wins. ``declared`` has the one list."""

from periplo.workspace.settings.declared import Health, Logs, People, Server, Settings
from periplo.workspace.settings.listing import Setting, all_settings, variables

__all__ = ["Health", "Logs", "People", "Server", "Setting", "Settings", "all_settings", "variables"]
