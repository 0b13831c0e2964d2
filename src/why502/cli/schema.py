"""`why502 schema`: the JSON Schema of the report."""

import json

import click


@click.command()
def command() -> int:
    """Print the JSON Schema of the report."""
    from why502.report.schema import schema

    click.echo(json.dumps(schema(), indent=2))
    return 0
