"""What people read: reports as LaTeX, PDF, HTML and notebooks."""
