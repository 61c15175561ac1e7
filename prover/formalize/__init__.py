"""From words to Lean: statements drafted, examined, compared, accepted and frozen."""
