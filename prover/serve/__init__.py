"""The prover behind HTTP: `prove serve` (extra `serve`). `prover.serve.app.create_app` is the application.

Nothing is imported here: the command is known without the extra, and says what is missing when it runs.
"""
