"""Deductions that several causes ask. Pure."""
