"""The printed certificate: PDF/A-3u from HTML and CSS, with fonts of its own and nothing from elsewhere."""
