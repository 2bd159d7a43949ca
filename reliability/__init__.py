"""What an open server meets, as commands: hostile pictures, fuzzing, load, faults, odd photos."""
