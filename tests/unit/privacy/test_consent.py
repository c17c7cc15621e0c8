"""What events tell of consent, and what becomes of an event by it."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from periplo.privacy import Privacy, SourcePolicy, Told, consents_told
from periplo.privacy.consent import STATES, purpose_state, state_of
from periplo.privacy.policy import Policy
from periplo.vocabulary import taxonomy

ACTIONS = ("keep", "cookieless", "drop")


def told(
    event: str = "Page Viewed", *, type: str = "track", channel: str = "web", **parts: Any
) -> list[tuple[Any, ...]]:
    row = {"event": event, "type": type, "channel": channel, "properties": None, "context": None}
    row |= {name: json.dumps(value) for name, value in parts.items()}
    return [(one.purpose, one.channel, one.state, one.text_version) for one in consents_told(row, taxonomy())]


def test_an_update_tells_one_consent_or_several() -> None:
    one = {"purpose": "marketing", "channel": "email", "state": "granted", "text_version": "v2"}
    assert told("Consent Updated", properties=one) == [("marketing", "email", "granted", "v2")]
    assert told("Consent Updated", properties={"channel": "sms", "granted": False}) == [
        ("marketing", "sms", "denied", None)
    ]
    several = {"analytics": "granted", "Newsletter": {"email": True, "sms": "no"}, "text_version": "v3"}
    assert told("Consent Updated", properties={"consents": several}) == [
        ("analytics", None, "granted", "v3"),
        ("marketing", "email", "granted", "v3"),
        ("marketing", "sms", "denied", "v3"),
    ]


def test_any_event_tells_what_its_context_says() -> None:
    segment = {"consent": {"categoryPreferences": {"Advertising": False, "Analytics": True, "DataSharing": False}}}
    assert told(context=segment) == [
        ("advertising", None, "denied", None),
        ("analytics", None, "granted", None),
        ("DataSharing", None, "denied", None),
    ]
    assert told(context={"consent": {"analytics_storage": "pending"}}) == [("analytics", None, "pending", None)]
    assert told(context={"consent": "yes"}) == told(context={"consent": {"analytics": "perhaps"}}) == []


def test_traits_and_unsubscribing_tell_it_too() -> None:
    traits = {"accepts_email_marketing": "yes", "acceptsMarketing": False, "city": "yes"}
    assert told(type="identify", properties=traits) == [
        ("marketing", "email", "granted", None),
        ("marketing", None, "denied", None),
    ]
    assert told(type="identify", properties={"consent": {"marketing": {"push": "granted"}}}) == [
        ("marketing", "push", "granted", None)
    ]
    assert told(type="track", properties=traits) == []
    assert told("Unsubscribed", channel="email") == told("Email Complained", channel="email")
    assert told("Unsubscribed", channel="email") == [("marketing", "email", "denied", None)]
    assert told("Unsubscribed", channel="web") == [("marketing", None, "denied", None)]


@pytest.mark.parametrize(
    ("word", "state"), [(True, "granted"), ("Opted-Out", "denied"), ("Sí", "granted"), (0, "denied")]
)
def test_words_for_a_state(word: object, state: str) -> None:
    assert state_of(word) == state


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(
                st.sampled_from(["consent", "analytics", "categoryPreferences", "state", "x"]), inner, max_size=3
            )
        ),
        max_leaves=8,
    )
)
def test_nothing_that_is_sent_as_consent_breaks(said: object) -> None:
    for event, type in product(("Consent Updated", "Unsubscribed", "Page Viewed"), ("track", "identify")):
        for one in consents_told(
            {
                "event": event,
                "type": type,
                "channel": "email",
                "properties": json.dumps(said),
                "context": json.dumps({"consent": said}),
            },
            taxonomy(),
        ):
            assert isinstance(one, Told)
            assert one.state in STATES


def test_one_purpose_of_a_context() -> None:
    assert purpose_state('{"consent": {"analytics": true}}', "analytics", taxonomy()) == "granted"
    assert purpose_state('{"consent": {"analytics": {"email": true}}}', "analytics", taxonomy()) is None
    both = '{"consent": {"analytics_storage": true, "performance": false}}'
    assert purpose_state(both, "analytics", taxonomy()) == "denied", "who denies under one name has denied"
    assert purpose_state(None, "analytics", taxonomy()) is None


@given(
    st.builds(Policy, *[st.sampled_from(ACTIONS)] * 4),
    st.sampled_from([None, *STATES]),
    st.sampled_from([None, *STATES]),
)
def test_what_the_event_says_holds_before_what_was_known(policy: Policy, said: Any, known: Any) -> None:
    table = {state: getattr(policy, state) for state in STATES} | {None: policy.unknown}
    assert policy.decide(said, known) == table[said if said is not None else known]


@given(
    st.fixed_dictionaries(
        {state: st.none() | st.sampled_from(ACTIONS) for state in ("granted", "denied", "pending", "unknown")}
    )
)
def test_a_source_says_only_what_differs(own: dict[str, Any]) -> None:
    shop = Privacy(sources={"till": SourcePolicy(**own)})
    usual = {"granted": "keep", "denied": "cookieless", "pending": "cookieless", "unknown": "keep"}
    assert shop.policy("till")._asdict() == {state: own[state] or usual[state] for state in usual}
    assert shop.policy("web")._asdict() == usual
