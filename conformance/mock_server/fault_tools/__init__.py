"""What several seeded faults do alike: one module for each kind of change."""
