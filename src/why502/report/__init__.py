"""Pure renderers: a report in, text, JSON, HTML or Markdown out."""
