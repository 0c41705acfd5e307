"""One module per page, read top to bottom as the page is seen."""
