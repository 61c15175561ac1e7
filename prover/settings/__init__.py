"""Settings that stand in files, and the environment: where they are found, and which a project may not make alone."""

from prover.settings.document import SettingsFile, Value
from prover.settings.names import NO_CONFIG, SHARED, variable
from prover.settings.places import PROJECT_FILE, project_file, settings_folder, user_file
from prover.settings.risk import needs_trust
from prover.settings.trust import TrustedFile, TrustStore

__all__ = [
    "NO_CONFIG",
    "PROJECT_FILE",
    "SHARED",
    "SettingsFile",
    "TrustStore",
    "TrustedFile",
    "Value",
    "needs_trust",
    "project_file",
    "settings_folder",
    "user_file",
    "variable",
]
