"""Which questions work: figures of quizzes and questions, computed apart from the pages that show them."""
