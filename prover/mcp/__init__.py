"""The prover as tools for agents: `prove mcp` (extra `mcp`), over the Model Context Protocol.

Nothing is imported here: the command is known without the extra, and says what is missing when it runs.
"""
