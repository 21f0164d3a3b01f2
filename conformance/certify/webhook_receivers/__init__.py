"""The certification of a partner's webhook receiver: W01 to W33."""
