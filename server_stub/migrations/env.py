"""How Alembic reaches the database: through the connection that the store hands in, in one transaction."""

from __future__ import annotations

from alembic import context

from server_stub.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=False,
    # SQLite alters a table by copying it; elsewhere this changes nothing.
    render_as_batch=True,
)
context.run_migrations()
