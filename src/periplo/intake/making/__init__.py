"""From rows to events: each value checked, lines brought together to orders, nested rows read as messages."""
