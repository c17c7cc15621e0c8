"""Single values, column by column: texts, amounts, times and zones, addresses, pieces of JSON, ids of rows."""
