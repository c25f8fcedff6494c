"""What a reply may cite, and what its reader should know of that.

`sources` are all that a turn may cite, and what its sentences may rest on; `conflicts` are found
where two documents disagree; `remarks` are said beside the text, such as that a page has expired.
"""
