"""A case as an Excel workbook: the template that is filled in, and the case folder it becomes."""
