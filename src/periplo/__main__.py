"""``python -m periplo`` is the ``periplo`` command."""

from periplo.cli import main

main()
