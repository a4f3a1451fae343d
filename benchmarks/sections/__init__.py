"""What is measured of Pocket alone, one question a file: `measure`, and `table` of what it gave."""
