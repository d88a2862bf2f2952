"""Networks, addresses, and containers on them."""
