"""Lists and tables drawn by hand, their filter, and the pane beside them."""
