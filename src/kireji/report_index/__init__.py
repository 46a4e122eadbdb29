"""What the reports of a course say, in rows that can be counted: a row for each attempt, and one
for each hidden test of it. It is made from the reports and can be made again."""

from kireji.report_index.index import ReportIndex, open_index
from kireji.report_index.items import Flag, ItemAnalysis, item_analysis
from kireji.report_index.misconceptions import Misconception, misconceptions
from kireji.report_index.rows import AttemptRow, Distribution, MetricValues, TestRow

__all__ = [
    "AttemptRow",
    "Distribution",
    "Flag",
    "ItemAnalysis",
    "MetricValues",
    "Misconception",
    "ReportIndex",
    "TestRow",
    "item_analysis",
    "misconceptions",
    "open_index",
]
