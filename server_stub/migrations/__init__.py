"""The history of the store's schema, in Alembic's form; each step is written once and never changed."""
