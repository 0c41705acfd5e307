"""Run migrations of the workflow store over the connection that `open_workflow` hands in."""

from alembic import context

from queries.workflow import workflow

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=workflow,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
