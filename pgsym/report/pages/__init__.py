"""The contents of reports and pages: each module builds the documents, or Markdown pages, of one kind."""
