"""Private by design: consent, what is kept of addresses, names for a day, erasures remembered by hashes alone."""

from periplo.privacy.collecting import Admitted, Door, Request
from periplo.privacy.consent import CHANNELS, STATES, State, Told, consents_told
from periplo.privacy.cookieless import Salts
from periplo.privacy.erasures import BEYOND, Beyond, Erased, Erasures, Plan, Texts, together
from periplo.privacy.policy import Action, Detail, Policy, Privacy, SourcePolicy

__all__ = [
    "BEYOND",
    "CHANNELS",
    "STATES",
    "Action",
    "Admitted",
    "Beyond",
    "Detail",
    "Door",
    "Erased",
    "Erasures",
    "Plan",
    "Policy",
    "Privacy",
    "Request",
    "Salts",
    "SourcePolicy",
    "State",
    "Texts",
    "Told",
    "consents_told",
    "together",
]
