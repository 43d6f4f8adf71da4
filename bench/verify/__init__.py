"""How long it takes to prove that isolation holds (I4)."""
