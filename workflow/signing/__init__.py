"""Electronic signatures on PDFs: what a file carries, whether it holds, and how the portal can add one.

`found` types, `reader` and `signer` work on foreign bytes with pyHanko and run in a process of their own (`sandbox`),
without network, with a limit on time and memory. `adapters` is what the rooms call; `sentences` puts findings into
words.
"""
