"""`prove session`: a person and the machine prove together, in a full-screen terminal or line by line.

An entry room: nothing imports it. `command.py` is the command, `desk.py` the session itself without a terminal.
"""
