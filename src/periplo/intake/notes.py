"""What there may be to say about a whole file: English templates (Spanish in es/intake.yaml)."""

from periplo.intake.model import Note

DAMAGED = Note("{file} is cut off or damaged: what could be unpacked was read. Export it again and import it again.")
ODD_LINES = Note("{file}: {lines} lines are not UTF-8 and were read as Windows-1252.")
REPEATED = Note("{file}: the column “{column}” is there more than once; the first one is used.")
NO_ROWS = Note("{file} has a header and no rows.")
EMPTY = Note("{file} is empty and was left out.")
SIDE_TABLE = Note("{file} describes other tables and has no events of its own.")
EITHER_ORDER = Note(
    "{file}: the dates in “{column}” can be read as day/month or month/day; {format} was taken. If that is wrong, give "
    "the format in a mapping file."
)
EITHER_DECIMAL = Note(
    "{file}: in “{column}” the sign “{sign}” can be a decimal or a thousands separator; it was read as {reading}. If "
    "that is wrong, give the decimal style in a mapping file."
)
