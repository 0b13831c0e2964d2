"""The unit that names the address has a network of its own, so that it is not the gateway's address."""
