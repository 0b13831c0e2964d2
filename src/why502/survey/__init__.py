"""Who looks at what next, within the budget."""
