"""Why a row is refused and what to do about it, and notes on files: English templates (Spanish in es/intake.yaml)."""

from __future__ import annotations

from periplo.intake.model import Reason

CUT_OFF = Reason("The file seems cut off: its last row is not whole. Export or download it again, and import it again.")
TOO_FEW = Reason(
    "The row has {found} {found:value|values}, the header has {expected}. Fill in what is missing, or put quotes "
    "around values that go over several lines."
)
TOO_MANY = Reason(
    "The row has {found} {found:value|values}, the header has {expected}. Put quotes around values that contain "
    "“{delimiter}”."
)
OPEN_QUOTE = Reason('A quote is opened here and not closed properly. Write a quote inside a value as two: "".')
TOO_LARGE = Reason("A value has {megabytes} MB; at most 1 MB is read. Shorten it; the whole row is kept here.")
ENDLESS = Reason("The line has more than 64 MB; only its beginning is kept here. Is this a file with one row per line?")
ZERO_BYTES = Reason("The row has zero bytes: the file is damaged. Export it again, or remove them.")
NOT_JSON = Reason("The line is not JSON: {problem}. Write one whole object per line.")
NOT_AN_OBJECT = Reason("The line is JSON, but not an object. Write one object in braces per line.")

NOT_GA4 = Reason("The line is not a row of the BigQuery export of GA4: {problem}.")

NO_TIME = Reason("There is no time. Fill in “{column}”.")
BAD_TIME = Reason("“{value}” is not a time that can be read. Write it as 2026-05-31 18:30:00.")
OTHER_DATES = Reason(
    "“{value}” is not written like the other dates of this column, such as {format}: it mixes two formats. Write all "
    "dates in one, best as 2026-05-31."
)
BAD_NUMBER = Reason("“{value}” is not a number. Write it with digits only.")
BAD_MONEY = Reason("“{value}” is not an amount of money. Write it as {example}.")
NEGATIVE = Reason(
    "The price {value} is negative. Correct it; if money was given back, write a cancellation with a negative quantity."
)
TOO_BIG = Reason("“{value}” is too big a number to be true. Correct it.")
BAD_CURRENCY = Reason("“{value}” is not a currency. Write its ISO 4217 code, such as EUR.")
NO_ORDER = Reason("There is no order number. Fill in “{column}”, so that the line finds its order.")
NO_ORDER_TIME = Reason("The order {value} has no time in any of its lines. Fill it in.")
MIXED_CURRENCIES = Reason(
    "The order {value} has lines in different currencies. Write each currency as an order of its own."
)
NO_EVENT = Reason("The row does not say what happened. Fill in “{column}”.")
UNKNOWN_CONSENT = Reason(
    "“{value}” in “{column}” does not say whether consent was given. Write yes or no, or say in the mapping what it "
    "means."
)
UNKNOWN_VALUE = Reason("The mapping does not say what “{value}” in “{column}” means. Add it to the table of values.")
