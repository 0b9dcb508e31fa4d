"""What the server's processes load."""

from lms import create_app

app = create_app()
