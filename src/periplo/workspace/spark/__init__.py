"""The questions of journeys on Apache Spark."""

from periplo.workspace.spark.face import AnsweredHere, SparkJourneys, on_spark

__all__ = ["AnsweredHere", "SparkJourneys", "on_spark"]
