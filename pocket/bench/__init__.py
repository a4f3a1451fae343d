"""What a plugin costs its host: measured, reported, compared."""
