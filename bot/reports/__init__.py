"""How the bot did over some days, for admins.

`figures` reads what the state file tells, the `report` counts it and groups the questions without a
good answer, the `digest` puts it in words once a week, and the `chart` is a picture of it.
"""
