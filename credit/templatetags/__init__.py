"""Tags of the credit room's templates."""
