"""How much is taken at once."""

MOST_EVENT_BYTES = 32 * 1024
"""Of one event, as JSON."""

MOST_BYTES = 500 * 1024
"""Of one request, unpacked."""

MOST_EVENTS = 2_500
"""In one request."""

MOST_ID = 250
"""Letters of a message id."""

MOST_WAITING_BYTES = 32 << 20
"""Of requests that wait for their commit; more are told to come again."""
