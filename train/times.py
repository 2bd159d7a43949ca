"""Times in words."""


def duration(seconds) -> str:
    """A time as a person would say it, such as "27 minutes"."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} minutes"
    return f"{seconds / 3600:.1f} hours"
