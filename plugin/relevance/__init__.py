"""Measuring how good an index's answers are: judged questions, measures, comparisons, reports."""
