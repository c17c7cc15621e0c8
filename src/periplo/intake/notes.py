"""What there may be to say about a whole file: English templates (Spanish in es/intake.yaml)."""

from periplo.intake.model import Note

DAMAGED = Note("{file} is cut off or damaged: what could be unpacked was read. Export it again and import it again.")
ODD_LINES = Note("{file}: {lines} {lines:line is not UTF-8 and was|lines are not UTF-8 and were} read as Windows-1252.")
REPEATED = Note("{file}: the column “{column}” is there more than once; the first one is used.")
NO_ROWS = Note("{file} has a header and no rows.")
EMPTY = Note("{file} is empty and was left out.")
SIDE_TABLE = Note("{file} describes other tables and has no events of its own.")
EITHER_ORDER = Note(
    "{file}: the dates in “{column}” can be read as day/month or month/day; they were read like {format}. If that is "
    "wrong, give the format in a mapping file."
)
TAKEN_AS_DECIMAL = Note(
    "{file}: “{value}” in “{column}” was read with a decimal sign; it could be thousands. If that is wrong, give the "
    "decimal style in a mapping file."
)
TAKEN_AS_THOUSANDS = Note(
    "{file}: “{value}” in “{column}” was read as thousands; it could be decimals. If that is wrong, give the decimal "
    "style in a mapping file."
)
OTHER_CURRENCY = Note(
    "{file}: amounts in “{column}” are written with “{sign}” and were read in {currency}. If that is wrong, give the "
    "currency in a mapping file: currency: {{constant: USD}}"
)
