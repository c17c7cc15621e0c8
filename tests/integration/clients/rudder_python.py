"""A journey by rudder-sdk-python."""

import rudderstack.analytics as analytics
from asked import HOST, KEY, given, play

analytics.write_key = KEY
analytics.dataPlaneUrl = HOST

play(lambda step: getattr(analytics, step["call"])(**given(step)), analytics.shutdown)
