"""Pages for people."""

from periplo.server.pages.customer import customer_page
from periplo.server.pages.customers import customers
from periplo.server.pages.doors import enter, set_reader
from periplo.server.pages.downloads import download
from periplo.server.pages.map import map_page, map_part

HANDLERS = (map_page, map_part, customers, customer_page, download, set_reader, enter)

__all__ = ["HANDLERS"]
