"""The key figures K01 to K13: each computed from the records by one definition, with the rows behind it.

`catalogue` says what each figure means, `bases` which rows it counts, `figures` works the numbers out, `rows` shows
what lies behind them. Plain reads: nothing here writes, except the dated exchange rates (`rates`).
"""
