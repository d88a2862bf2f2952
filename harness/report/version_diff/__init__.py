"""How two versions differ, told: values → text, in each format."""
