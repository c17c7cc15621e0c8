"""Segment-spec messages (also RudderStack's) as events: one by one, or fast in batches."""

from periplo.events.segment.batch import SegmentBatch, from_segment, segment_batch
from periplo.events.segment.reading import Reading, Rejected

__all__ = ["Reading", "Rejected", "SegmentBatch", "from_segment", "segment_batch"]
