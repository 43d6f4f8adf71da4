"""The pack: rules over the table of controls, checked on what the engine is about to make (I1)."""
