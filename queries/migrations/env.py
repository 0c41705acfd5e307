"""Run migrations of the workflow store over the connection that `open_workflow` hands in."""

from alembic import context

from queries.lead_tables import leads

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=leads.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
