"""The outputs stage: a report becomes map, pages, workbook, tables and GIS layers; the only writers."""
