"""The sections of the HTML report: a frozen view object and a template for each."""
