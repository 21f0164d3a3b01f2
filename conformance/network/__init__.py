"""The edge to the network: the only package that opens a connection to a target."""
