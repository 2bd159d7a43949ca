"""What measures report with: tables of Markdown, figures kept in documents, timing in turns."""
