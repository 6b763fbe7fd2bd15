"""The host's side of what the public SDK expects of the platform while a Worker starts."""
