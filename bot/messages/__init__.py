"""The objects of a turn, a module for each time at which they come to be.

What arrives (`events`, with `acts` for what an admin wants done) comes from somebody (`requester`)
and is screened (`verdicts`). With what may be read and called it is a `task`. The model makes
`decisions`, a person may be asked for `approvals`, we give `replies`, and a thread remembers its
`history`, older turns as `memory`. A module imports only what came to be before it.
"""
