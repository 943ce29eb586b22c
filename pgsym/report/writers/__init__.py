"""The formats: each module writes the blocks of a document in one of them."""
