"""The demo scenario: fictional needs, programmes and agreements on real geography, without a single person.

Everything is written by the portal's own services and `perform()`, by the posts that would do it, on the days
on which they would have done it (`portal.demo.days`). Watermark of every paper: DATA CONTOH.
"""

ON_ITS_WAY = "portal.demo.rounds"
"""Cache key that is set while the worker calculates the national round."""
