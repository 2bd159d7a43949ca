"""The page: what people see, in their language, and the endpoints for scripts."""
