"""Courses as folders of files: in and out."""
