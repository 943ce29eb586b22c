"""Reports for people: LaTeX, PDF, HTML, notebooks, Markdown and the terminal."""
