"""What `run` hands over to: setting up, serving, checking and testing. The site imports none of it."""
