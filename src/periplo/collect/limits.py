"""How much is taken at once."""

MOST_EVENT_BYTES = 32 * 1024
"""Of one event, as JSON."""

USUAL_KB = 500
"""Of one request on Segment's paths, unpacked, as Segment has it. A shop may take more there, up to ``MOST_BYTES``:
RudderStack's SDK for Python sends 100 events, however large, on the same paths, and throws away what was refused."""

MOST_BYTES = 4 << 20
"""Of one request on other paths, unpacked: PostHog's SDKs, too, send 100 events, however large."""

MOST_EVENTS = 2_500
"""In one request."""

MOST_ID = 250
"""Letters of a message id."""

MOST_WAITING_BYTES = 32 << 20
"""Of requests that wait for their commit; more are told to come again."""
