"""Plans run over the blocks that a vantage hands out, on all cores or a cluster; what comes out is a tally."""
