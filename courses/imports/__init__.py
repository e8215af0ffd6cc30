"""Files that are read into the courses room."""
