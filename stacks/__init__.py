"""Compositions of components: what an environment of each phase is made of."""
