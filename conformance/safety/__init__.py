"""Safety: the rules of each kind of target, and the gate that holds every request to them."""
