"""The company's reports: five populations, by unit, tier, country, language and level, now and at each month's end."""
