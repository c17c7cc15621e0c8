"""Private by design: consent, what is kept of addresses, names for a day, erasures remembered by hashes alone."""

from periplo.privacy.collecting import SAY_WHO, Admitted, Door, Request
from periplo.privacy.consent import CHANNELS, STATES, UPDATED, Said, State, Told, consents_told, state_of
from periplo.privacy.cookieless import Salts
from periplo.privacy.erasures import BEYOND, Beyond, Erased, Erasures, Plan, Texts, together
from periplo.privacy.policy import Action, Detail, Policy, Privacy, SourcePolicy
from periplo.privacy.told_in import ToldIn, tells_consent, told_in, with_places

__all__ = [
    "BEYOND",
    "CHANNELS",
    "SAY_WHO",
    "STATES",
    "UPDATED",
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
    "Said",
    "Salts",
    "SourcePolicy",
    "State",
    "Texts",
    "Told",
    "ToldIn",
    "consents_told",
    "state_of",
    "tells_consent",
    "together",
    "told_in",
    "with_places",
]
