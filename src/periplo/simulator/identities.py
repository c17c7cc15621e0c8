"""Identifiers and the fragments that carry them: cookies, accounts, addresses, numbers, cards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from periplo.simulator.arrays import HOUR_MS, I64, Bool
from periplo.simulator.catalogue import slug
from periplo.simulator.people import APP, TABLET, People
from periplo.simulator.texts import Texts, hex_texts, inside, more
from periplo.simulator.world import World

OWN_DEVICES = 5
"""Two browsers, each with a cookie before and one after it was lost, and the app."""

CLOCK_JITTER_MS = 1_500.0


@dataclass(frozen=True)
class Identities:
    """Where the fragments of each customer's identifiers begin in the pool; add the number of the customer.

    Devices first: ``OWN_DEVICES`` per customer, then shared tablets, then kiosks; ``skew`` is how wrong the clock of
    each is, in ms. ``nobody`` is what systems send that know neither cookie nor account.
    """

    devices: int
    tablets: int
    kiosks: int
    skew: I64
    nobody: int
    user: int
    account: int  # traits of an account: address, number, card where linked
    guest: int  # traits of a guest checkout
    address: int  # traits of a click in a message or a form: the address alone
    to_email: int  # context of systems that know one identifier only
    to_guest: int
    to_phone: int
    to_card: int
    to_masked: int

    def skew_of(self, device: NDArray[np.int32]) -> I64:
        """How wrong the clock of each device is (ms), given the texts of devices."""
        return self.skew[np.clip(device - self.devices, 0, len(self.skew) - 1)]

    def device(self, people: People, customer: I64, slot: I64, instant: I64) -> I64:
        """The text of the device a customer uses at an instant."""
        fresh = (instant >= people.reset_at[customer]).astype(np.int64)
        own = self.devices + customer * OWN_DEVICES + np.where(slot == APP, OWN_DEVICES - 1, slot * 2 + fresh)
        tablet, kiosk = self.tablets + people.household[customer], self.kiosks + people.near[customer]
        return np.select([slot < TABLET, slot == TABLET], [own, tablet], kiosk)


@dataclass(frozen=True)
class Papers:
    """What stands in the papers of each customer, in plain lists: normalised, as identity should find them."""

    first_name: list[str]
    last_name: list[str]
    user_id: list[str]
    email: list[str]
    guest_email: list[str]
    phone: list[str]
    card: list[str]
    masked: list[str]


def identities(world: World, people: People) -> Identities:
    """Every identifier of every customer, put into the pool and named there."""
    papers = draw_papers(world, people)
    devices, tablets, kiosks, skew = _devices(world, people)
    texts = world.texts
    user = texts.add([f',"userId":"{user}"' for user in papers.user_id])
    texts.names(user, "user_id", papers.user_id)
    return Identities(
        devices=devices,
        tablets=tablets,
        kiosks=kiosks,
        skew=skew,
        nobody=texts.one(',"anonymousId":"anonymous"'),
        user=user,
        account=_traits(texts, people, papers, papers.email, cards=True),
        guest=_traits(texts, people, papers, papers.guest_email, cards=False),
        address=_carrying(texts, inside, "email", papers.email, papers.email),
        to_email=_carrying(texts, _in_context, "email", papers.email, papers.email),
        to_guest=_carrying(texts, _in_context, "email", papers.guest_email, papers.guest_email),
        to_phone=_carrying(texts, _in_context, "phone", papers.phone, [*map(_as_spoken, papers.phone, _turns(papers))]),
        to_card=_carrying(texts, _in_context, "loyalty_card", papers.card, papers.card),
        to_masked=_carrying(texts, _in_context, "email", papers.masked, papers.masked),
    )


def draw_papers(world: World, people: People) -> Papers:
    """Names, addresses, numbers and cards; each number belongs to one customer."""
    rng, words, foreign = world.random("papers"), world.words, people.locale == 1
    number = rng.permutation(world.customers)
    first = _pick(rng, foreign, words.first_names, words.foreign_first_names)
    last = _pick(rng, foreign, words.last_names, words.foreign_last_names)
    host = rng.integers(0, len(words.mail_hosts), world.customers).tolist()
    plain = {name: slug(name) for name in {*first, *last}}
    numbers = number.tolist()
    whole = [f"{plain[f]}.{plain[s]}{n}" for f, s, n in zip(first, last, numbers, strict=True)]
    email = [f"{name}@{words.mail_hosts[h]}" for name, h in zip(whole, host, strict=True)]
    second = [f"{plain[f]}{n}@{words.mail_hosts[-1]}" for f, n in zip(first, numbers, strict=True)]
    # Multiples of a number without a common factor with the (prime) modulus are all different.
    phone = (number * 7_919 + 12_345_678) % 99_999_989
    return Papers(
        first_name=first,
        last_name=last,
        user_id=[f"cli_{n:07d}" for n in numbers],
        email=email,
        guest_email=np.where(people.second_email, second, email).tolist(),
        phone=[f"+346{n:08d}" for n in phone.tolist()],
        card=[f"AZ{n:010d}" for n in (number * 31 + 1_000_003).tolist()],
        masked=[f"comprador-{n:08d}@marketplace.example" for n in numbers],
    )


def _pick(rng: np.random.Generator, foreign: Bool, local: list[str], abroad: list[str]) -> list[str]:
    u = rng.random(len(foreign))
    names = np.array([*local, *abroad])
    picked = names[np.where(foreign, len(local) + u * len(abroad), u * len(local)).astype(int)]
    return [*map(str, picked)]


def _devices(world: World, people: People) -> tuple[int, int, int, I64]:
    """The first text of own devices, shared tablets and kiosks, and the skew of each clock in ms."""
    own, households = world.customers * OWN_DEVICES, int(people.household.max(initial=-1)) + 1
    total = own + households + len(world.parameters.stores)
    codes = hex_texts(world.seed, np.arange(total))
    first = world.texts.add(pc.binary_join_element_wise(',"anonymousId":"', codes, '"', ""))
    world.texts.names(first, "anonymous_id", codes[:own])
    world.texts.names(first + own, "anonymous_id", codes[own:], shared=True)
    rng, facts = world.random("devices"), world.parameters.people
    wrong = rng.random(total) < facts.clock_wrong
    off = np.where(wrong, rng.normal(0, facts.clock_off_hours * HOUR_MS, total), rng.normal(0, CLOCK_JITTER_MS, total))
    return first, first + own, first + own + households, off.astype(np.int64)


def _traits(texts: Texts, people: People, papers: Papers, emails: list[str], *, cards: bool) -> int:
    """The traits of an account or a guest order: a name, an address, a number and a card where given."""
    phones = _where(people.gives_phone, papers.phone)
    linked = _where(people.card_linked & cards, papers.card)
    rows = zip(emails, phones, linked, papers.first_name, papers.last_name, _turns(papers), strict=True)
    first = texts.add(
        [
            inside(
                {"email": _as_typed(email, turn)}
                | ({"phone": _as_spoken(phone, turn)} if phone else {})
                | ({"loyalty_card": card} if card else {})
                | {"firstName": name, "lastName": surname}
            )
            for email, phone, card, name, surname, turn in rows
        ]
    )
    for kind, values in (("email", emails), ("phone", phones), ("loyalty_card", linked)):
        texts.names(first, kind, values)
    return first


def _where(given: Bool, values: list[str]) -> list[str | None]:
    return [value if has else None for value, has in zip(values, given.tolist(), strict=True)]


def _carrying(
    texts: Texts, write: Callable[[dict[str, str]], str], kind: str, values: list[str], written: list[str]
) -> int:
    first = texts.add([write({kind: value}) for value in written])
    texts.names(first, kind, values)
    return first


def _in_context(traits: dict[str, str]) -> str:
    return more({"traits": traits})


def _turns(papers: Papers) -> range:
    return range(len(papers.email))


def _as_typed(email: str, turn: int) -> str:
    """An address as people type it: some begin with a capital letter."""
    return email.capitalize() if turn % 9 == 0 else email


def _as_spoken(phone: str, turn: int) -> str:
    """A number as people give it: with and without the country's prefix, with and without spaces."""
    local = phone[3:]
    spaced = f"{local[:3]} {local[3:5]} {local[5:7]} {local[7:]}"
    return (phone, local, spaced, f"0034{local}")[turn % 4]
