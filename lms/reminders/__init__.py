"""Few, polite and reliable: reminders of what is due, as one mail a day at most, a list, a calendar and a chat."""
