"""A journey by PostHog's Python SDK, in PostHog's words."""

from typing import Any

from asked import HOST, KEY, Step, given, play
from posthog import Posthog

posthog = Posthog(KEY, host=HOST)


def each(step: Step) -> None:
    call, said = step["call"], given(step)
    person, device = said.get("user_id"), said.get("anonymous_id")
    more: dict[str, Any] = {"timestamp": said.get("timestamp")}
    if call == "alias":
        posthog.alias(said["previous_id"], person, **more)
    elif call == "identify":
        posthog.set(distinct_id=person, properties=said["traits"], **more)
    elif call == "group":
        posthog.group_identify("company", said["group_id"], said["traits"], distinct_id=person, **more)
    else:
        names = {"page": "$pageview", "screen": "$screen"}
        told = dict(said["properties"])
        if call == "page":
            told["$current_url"] = told.pop("url")
        if call == "screen":
            told["$screen_name"] = said["name"]
        if person is None:
            told["$process_person_profile"] = False
        posthog.capture(names.get(call) or said["event"], distinct_id=person or device, properties=told, **more)


assert posthog.get_feature_flag("new-checkout", "somebody", send_feature_flag_events=False) is None
play(each, posthog.shutdown)
