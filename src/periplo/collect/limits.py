"""How much is taken at once."""

MOST_EVENT_BYTES = 32 * 1024
"""Of one event, as JSON."""

MOST_BYTES = 4 << 20
"""Of one request, unpacked. Segment's SDKs send 500 KB at most, but RudderStack's and PostHog's 100 events, however
large; and an SDK throws away what it was refused."""

MOST_EVENTS = 2_500
"""In one request."""

MOST_ID = 250
"""Letters of a message id."""

MOST_WAITING_BYTES = 32 << 20
"""Of requests that wait for their commit; more are told to come again."""
