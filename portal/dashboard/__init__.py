"""The dashboard of the ministry: eight questions, each with its answer drawn, and every figure with the rows behind it.

`choice` is what the address narrows the page to, `bases` the queries of rows with what each adds (`amount`), `measures`
the rows as pages, `needs`, `seats` and `calendar` the charts. A figure is the sum of its rows and nothing else.
"""
