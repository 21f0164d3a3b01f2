"""What several admissible readings do alike: one module for each kind of change."""
