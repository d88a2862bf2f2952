"""File systems as values, and archives of them."""
