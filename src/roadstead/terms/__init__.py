"""The shared nouns: arrays, calendars, evidence, errors, tables with a schema."""
