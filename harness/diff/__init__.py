"""What differs between two replies to one call: pure comparing, from values to values."""
