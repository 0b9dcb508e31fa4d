"""What somebody receives with a permission, and gives back after it."""
