"""A second reader that cannot invent: a language model that may only point at what is printed.

    question   what is asked: a versioned prompt, document text fenced as data, a strict schema
    answer     the model's text as JSON, or a refusal that says why
    labels     which concept a line reports, asked about the lines of a statement
    lines      the pages as numbered lines with their figures as tokens
    layout     which token stands in which column of which line
    arbitrate  what of it enters: only what arithmetic on the page confirms
    reader     the three uses of it, put together for a whole report

The caller passes the function that completes a question; nothing here knows a network. No number
of an answer is ever used: answers hold the ids of lines, columns and tokens, and codes of concepts.
"""
