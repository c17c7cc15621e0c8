"""Segment-spec messages (also RudderStack's) as events: one by one, or fast in batches."""

from periplo.events.segment.arrival import Arrival
from periplo.events.segment.batch import SegmentBatch, from_segment, segment_batch
from periplo.events.segment.instants import is_instant
from periplo.events.segment.messages import CALLS
from periplo.events.segment.reading import Reading, Rejected

__all__ = ["CALLS", "Arrival", "Reading", "Rejected", "SegmentBatch", "from_segment", "is_instant", "segment_batch"]
