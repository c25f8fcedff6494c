"""What any engine behind the seam has to hold, whatever it is made of.

Nothing here knows how an engine keeps what it remembers. `engines.py` lists the engines; each gets
every test. An engine for several machines is another entry there.
"""
