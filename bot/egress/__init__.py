"""The one exit: what may leave for Slack, and how.

The `gate` decides which links live and masks what must not leave. It takes a text apart by
`code_spans`, which every reader sees alike, and looks for what is hidden in it once it is folded
(`folding`).
"""
