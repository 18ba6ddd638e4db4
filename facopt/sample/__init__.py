"""The sample county that comes with facopt: synthetic, the same bytes every time, calibrated to published totals."""

from facopt.sample.write import write_sample

__all__ = ["write_sample"]
