"""What people mark: the queue, rubrics, two markers and moderation, and appeals."""
