"""A journey by segment-analytics-python."""

import segment.analytics as analytics
from asked import HOST, KEY, given, play

analytics.write_key = KEY
analytics.host = HOST

play(lambda step: getattr(analytics, step["call"])(**given(step)), analytics.shutdown)
