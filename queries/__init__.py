"""Everything that speaks SQL: schema, selection, measures, dimensions, engines and reads."""
