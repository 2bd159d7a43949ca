"""What stands between the page and its visitors: limits, what is open, cleaning, a safe start."""
