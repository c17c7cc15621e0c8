"""The products of the shop, and the fragments in which events speak of them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np

from periplo.simulator.arrays import F64, I64, Bool, choose
from periplo.simulator.parameters import Category, Words
from periplo.simulator.texts import Texts, inside, more

SITE = "https://www.casa-azahar.example"
LOCALES = ("es-ES", "en-GB")
PAGES = {
    "home": ("/", "Casa Azahar"),
    "cart": ("/cesta", "Su cesta"),
    "checkout": ("/pago", "Pago"),
    "help": ("/ayuda", "Envíos y devoluciones"),
    "stores": ("/tiendas", "Nuestras tiendas"),
    "account": ("/cuenta", "Su cuenta"),
}
"""The places of the site: path and title."""


@dataclass(frozen=True)
class Catalogue:
    """Products by number, category by category; texts by number of product and locale (0 Spanish, 1 English).

    ``product_texts`` and ``list_texts`` are the first text of a run with both locales side by side; ``pages`` gives the
    page context of each place of the site by its name.
    """

    categories: list[Category]
    names: list[tuple[str, str]]
    price_minor: I64
    category: I64
    first: I64
    size: I64
    product_texts: int
    product_pages: int
    list_texts: int
    list_pages: int
    search_texts: int
    search_first: I64
    search_size: I64
    pages: dict[str, int]

    @classmethod
    def of(cls, words: Words, currency: str, texts: Texts) -> Catalogue:
        categories = words.categories
        products = [(number, product) for number, c in enumerate(categories) for product in c.products]
        size = np.array([len(c.products) for c in categories])
        searches = np.array([len(c.searches) for c in categories])
        codes = [product_id(number) for number in range(len(products))]
        return cls(
            categories=categories,
            names=[(product.es, product.en) for _, product in products],
            price_minor=np.array([round(product.price * 100) for _, product in products]),
            category=np.array([number for number, _ in products]),
            first=np.cumsum(size) - size,
            size=size,
            product_texts=texts.add(
                [
                    inside(
                        {
                            "product_id": code,
                            "name": name,
                            "category": categories[number].slug,
                            "price": product.price,
                            "currency": currency,
                        }
                    )
                    for code, (number, product) in zip(codes, products, strict=True)
                    for name in (product.es, product.en)
                ]
            ),
            product_pages=texts.add([page(f"/p/{slug(product.es)}", product.es) for _, product in products]),
            list_texts=texts.add([inside({"list_id": c.slug, "category": c.slug}) for c in categories]),
            list_pages=texts.add([page(f"/c/{c.slug}", c.es) for c in categories]),
            search_texts=texts.add(
                [
                    inside({"query": query, "results": found})
                    for c in categories
                    for query in c.searches
                    for found in (len(c.products), 0)
                ]
            ),
            search_first=np.cumsum(searches) - searches,
            search_size=searches,
            pages={name: texts.one(page(*place)) for name, place in PAGES.items()},
        )

    def draw(self, category: I64, u: F64, exponent: float) -> I64:
        """A product of each category, the first ones more often (Zipf)."""
        product = np.empty(len(category), dtype=np.int64)
        for number, size in enumerate(self.size):
            rows = np.flatnonzero(category == number)
            product[rows] = self.first[number] + choose(u[rows], 1 / np.arange(1, size + 1) ** exponent)
        return product

    def search_text(self, category: I64, u: F64, nothing: Bool) -> I64:
        """A search of each category, with its results or with none."""
        search = self.search_first[category] + (u * self.search_size[category]).astype(np.int64)
        return self.search_texts + search * 2 + nothing

    def product_text(self, product: I64, locale: I64) -> I64:
        return self.product_texts + product * len(LOCALES) + locale


def product_id(number: int) -> str:
    return f"AZ-{1001 + number}"


def page(path: str, title: str, **further: str) -> str:
    """The page part of a context, with the comma before it."""
    return more({"page": {"path": path, "url": SITE + path, "title": title, **further}})


def slug(name: str) -> str:
    """A name as it stands in an address: plain letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return "-".join("".join(ch if ch.isalnum() else " " for ch in plain).split())
