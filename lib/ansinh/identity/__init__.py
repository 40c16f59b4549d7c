"""Pure knowledge of persons and their papers: numbers, names, dates, accounts, phones, banks, legacy encodings.

Modules are shaped like python-stdnum: compact, validate, is_valid, format. No exception carries the value.
"""
