"""What customers are worth (SEMANTICS 8): RFM, the plain formula, models of repeat buying and of spending.

The models can be fitted to anybody's table, without events:

    orders = fit_orders(frequency, recency, age)            # or model="pareto/nbd"
    money = fit_money(frequency, mean_amount)
    orders.maximum.parameters(0.95), orders.expected(Buyers.of(frequency, recency, age), horizon=52)
"""

from periplo.analysis.value.buyers import Buyers
from periplo.analysis.value.models import MoneyModel, OrderModel, fit_money, fit_orders

__all__ = ["Buyers", "MoneyModel", "OrderModel", "fit_money", "fit_orders"]
