"""Pages of the staffing room: the ratio, and the roster line by line with the new ratio before saving."""
