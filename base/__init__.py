"""The ground floor: clock, ids, fault points, bounds and logging. Standard library only."""
