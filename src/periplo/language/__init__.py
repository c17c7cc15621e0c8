"""The two languages of the product: texts, numbers, money, dates and durations in Spanish and English.

Code writes its texts in English inside ``t("…", lang)``; the Spanish stands in ``es/*.yaml``, one file per room.
"""

from periplo.language.catalogue import LANGUAGES, Lang, choose, from_environment, quoted, t, tell
from periplo.language.formats import day, duration, moment, money, number, percent

__all__ = [
    "LANGUAGES",
    "Lang",
    "choose",
    "day",
    "duration",
    "from_environment",
    "moment",
    "money",
    "number",
    "percent",
    "quoted",
    "t",
    "tell",
]
