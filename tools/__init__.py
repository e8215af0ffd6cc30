"""What `run` hands over to: setting up, serving, checking and testing. Nothing here is imported by the site."""
