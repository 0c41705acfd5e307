"""What a refresh finds in the texts, one module per kind of finding."""
