"""Forms made from JSON Schema, and the fields they are made of."""
