"""What we ask: scenario files, their one explicit form, and the levers they pull."""
