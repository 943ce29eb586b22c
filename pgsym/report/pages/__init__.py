"""What reports and pages say: each module builds documents, or Markdown pages, of one kind."""
