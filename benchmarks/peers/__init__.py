"""What Pocket is measured against: the same work by other means, one of them a file."""
