"""Claims that no derivation states, one small file each: the registry reads every file of this folder."""
