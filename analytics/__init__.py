"""Pure computation over frames, series and texts."""
